//! A provider of integrations.

use patchbay_proto::issue_sync::Provider;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// The providers that an organization may connect.
#[derive(Serialize, ToSchema)]
#[schema(as = Providers)]
pub(crate) struct ProvidersJson {
    /// By key.
    pub(crate) providers: Vec<ProviderJson>,
}

/// A kind of outside tracker.
#[derive(Serialize, ToSchema)]
#[schema(as = Provider)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProviderJson {
    key: String,
    slug: String,
    name: String,
    #[schema(value_type = Object)]
    metadata: Value,
    /// Whether the organization can connect one now.
    can_add: bool,
    can_disable: bool,
    features: Vec<String>,
    setup_dialog: SetupDialogJson,
}

/// The window for the setup.
#[derive(Serialize, ToSchema)]
#[schema(as = SetupDialog)]
struct SetupDialogJson {
    url: String,
    width: i32,
    height: i32,
}

impl ProviderJson {
    pub(crate) fn new(provider: Provider, organization: &str) -> Self {
        let url = format!("/organizations/{organization}/integrations/{}/setup/", provider.key);
        Self {
            slug: provider.key.clone(),
            key: provider.key,
            name: provider.name,
            metadata: serde_json::from_slice(&provider.metadata_json).unwrap_or_else(|_| json!({})),
            can_add: provider.can_add,
            can_disable: provider.can_disable,
            features: provider.features,
            setup_dialog: SetupDialogJson { url, width: provider.setup_width, height: provider.setup_height },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_written_as_the_contract_says() {
        let provider = Provider {
            key: "jira_server".to_owned(),
            name: "Jira Server".to_owned(),
            metadata_json: br#"{"noun":"Installation"}"#.to_vec(),
            can_add: true,
            features: vec!["issue-sync".to_owned()],
            setup_width: 600,
            setup_height: 600,
            ..Default::default()
        };
        let expected = concat!(
            r#"{"key":"jira_server","slug":"jira_server","name":"Jira Server","metadata":{"noun":"Installation"},"#,
            r#""canAdd":true,"canDisable":false,"features":["issue-sync"],"setupDialog":"#,
            r#"{"url":"/organizations/acme/integrations/jira_server/setup/","width":600,"height":600}}"#,
        );
        assert_eq!(serde_json::to_string(&ProviderJson::new(provider, "acme")).unwrap(), expected);
    }
}
