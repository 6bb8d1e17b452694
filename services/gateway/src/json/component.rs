//! UI components.

use patchbay_proto::installation::Component;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::avatar::{AvatarJson, avatars};

/// An element that an app adds to the product's pages.
#[derive(Serialize, ToSchema)]
#[schema(as = Component)]
pub(crate) struct ComponentJson {
    uuid: String,
    r#type: String,
    pub(crate) schema: Value,
    /// Why it cannot be used at the moment; empty otherwise.
    pub(crate) error: String,
    #[serde(rename = "sentryApp")]
    pub(crate) app: ComponentAppJson,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ComponentApp)]
pub(crate) struct ComponentAppJson {
    uuid: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    avatars: Vec<AvatarJson>,
}

impl ComponentJson {
    pub(crate) fn new(component: Component, base_url: &str) -> Self {
        Self {
            uuid: component.uuid,
            r#type: component.r#type,
            schema: serde_json::from_str(&component.schema_json).unwrap_or_default(),
            error: String::new(),
            app: ComponentAppJson {
                uuid: component.app_uuid,
                slug: component.app_slug,
                name: component.app_name,
                avatars: avatars(component.avatars, base_url),
            },
        }
    }
}
