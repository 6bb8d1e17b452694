use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::installation::list_components_request::Owner;

use super::READERS;
use super::component_list::{ComponentPaging, list};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Kind, optional};
use crate::context::Context;
use crate::json::component::ComponentJson;

pub(super) fn operation() -> Operation {
    get("list_app_components", "/api/0/sentry-apps/{app}/components/", list_app_components)
        .does("List the UI components of an app")
        .by(one_of(READERS).and_staff())
        .asks(&[optional("filter", Kind::Text)])
        .paged()
        .lists::<ComponentJson>()
}

/// The components as they were registered, without the options of their selects.
async fn list_app_components(
    State(context): State<Context>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
    paging: ComponentPaging,
) -> Result<impl IntoResponse> {
    let found = list(&context, &caller, &query, &paging, Owner::App(params.app()?)).await?;
    let base_url = context.config.base_url();
    let components = found.components.into_iter();
    Ok(paging.list(found.has_more, components.map(|component| ComponentJson::new(component, base_url))))
}
