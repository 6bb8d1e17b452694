//! An installation.

use patchbay_proto::installation::{Installation, InstallationStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// An installation.
#[derive(Serialize, ToSchema)]
#[schema(as = Installation)]
pub(crate) struct InstallationJson {
    app: App,
    organization: Organization,
    uuid: String,
    status: &'static str,
    /// Only while it can be exchanged, and only for callers who may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = InstalledApp)]
struct App {
    uuid: String,
    slug: String,
    sentry_app_id: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = InstallingOrganization)]
struct Organization {
    slug: String,
    id: i64,
}

impl From<Installation> for InstallationJson {
    fn from(installation: Installation) -> Self {
        Self {
            status: match installation.status() {
                InstallationStatus::Installed => "installed",
                InstallationStatus::PendingDeletion => "pending_deletion",
                InstallationStatus::Pending | InstallationStatus::Unspecified => "pending",
            },
            app: App {
                uuid: installation.app_uuid,
                slug: installation.app_slug,
                sentry_app_id: installation.app_id,
            },
            organization: Organization {
                slug: installation.organization_slug,
                id: installation.organization_id,
            },
            uuid: installation.uuid,
            code: installation.code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_has_sentrys_keys_in_sentrys_order() {
        let installation = Installation {
            uuid: "a8e5d37a-696c-4c54-adb5-b3f28d64c7de".into(),
            status: InstallationStatus::Pending.into(),
            app_id: 12,
            app_uuid: "2ebf071f-28df-4989-aca9-c37c763b278f".into(),
            app_slug: "acme".into(),
            organization_id: 7,
            organization_slug: "org".into(),
            code: Some("c0de".into()),
            created_at: None,
            redirect_url: None,
            app_name: "Acme".into(),
            app_is_alertable: false,
        };
        let without_code = Installation { code: None, ..installation.clone() };
        let text = |installation| serde_json::to_string(&InstallationJson::from(installation)).unwrap();
        let front = concat!(
            r#"{"app":{"uuid":"2ebf071f-28df-4989-aca9-c37c763b278f","slug":"acme","sentryAppId":12},"#,
            r#""organization":{"slug":"org","id":7},"uuid":"a8e5d37a-696c-4c54-adb5-b3f28d64c7de","#,
            r#""status":"pending""#,
        );
        assert_eq!(text(installation), format!(r#"{front},"code":"c0de"}}"#));
        assert_eq!(text(without_code), format!("{front}}}"));
    }
}
