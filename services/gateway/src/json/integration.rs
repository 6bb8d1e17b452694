//! An integration with an outside tracker.

use patchbay_proto::issue_sync::{Integration, Provider};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::time;

/// The part of an integration that is shown everywhere.
#[derive(Serialize, ToSchema)]
#[schema(as = ShortIntegration)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShortIntegrationJson {
    /// Numbers are written as texts.
    id: String,
    name: String,
    icon: Option<String>,
    domain_name: Option<String>,
    account_type: Option<String>,
    /// Always null.
    scopes: Option<Vec<String>>,
    /// Always null.
    out_of_date: Option<bool>,
    /// Always null.
    missing_features: Option<Vec<String>>,
    status: String,
    provider: IntegrationProviderJson,
}

/// An integration of an organization.
#[derive(Serialize, ToSchema)]
#[schema(as = Integration)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntegrationJson {
    #[serde(flatten)]
    integration: ShortIntegrationJson,
    /// The fields of the settings. Missing if settings were not requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    config_organization: Option<Value>,
    /// The values of the settings; null if settings were not requested.
    #[schema(value_type = Option<Object>)]
    config_data: Option<Value>,
    external_id: String,
    organization_id: i64,
    organization_integration_status: String,
    grace_period_end: Option<String>,
    /// The form of a new ticket. Missing if it was not requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    create_issue_config: Option<Value>,
}

/// The provider of an integration.
#[derive(Serialize, ToSchema)]
#[schema(as = IntegrationProvider)]
#[serde(rename_all = "camelCase")]
struct IntegrationProviderJson {
    key: String,
    slug: String,
    name: String,
    can_add: bool,
    can_disable: bool,
    features: Vec<String>,
    #[schema(value_type = Object)]
    aspects: Value,
}

impl From<Integration> for ShortIntegrationJson {
    fn from(integration: Integration) -> Self {
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            id: integration.id.to_string(),
            name: integration.name,
            icon: given(integration.icon),
            domain_name: given(integration.domain_name),
            account_type: given(integration.account_type),
            scopes: None,
            out_of_date: None,
            missing_features: None,
            status: integration.status,
            provider: integration.provider.unwrap_or_default().into(),
        }
    }
}

impl From<Integration> for IntegrationJson {
    fn from(mut integration: Integration) -> Self {
        let (external_id, organization_status) = (
            std::mem::take(&mut integration.external_id),
            std::mem::take(&mut integration.organization_status),
        );
        Self {
            config_organization: serde_json::from_slice(&integration.config_form_json).ok(),
            config_data: serde_json::from_slice(&integration.config_data_json).ok(),
            external_id,
            organization_id: integration.organization_id,
            organization_integration_status: organization_status,
            grace_period_end: integration.grace_period_end.as_ref().and_then(time::iso),
            create_issue_config: None,
            integration: integration.into(),
        }
    }
}

impl IntegrationJson {
    pub(crate) fn name(&self) -> &str {
        &self.integration.name
    }

    /// The integration with the form of a new ticket, if it was requested.
    pub(crate) fn with_form(integration: Integration, for_new_ticket: bool) -> Self {
        let form = serde_json::from_slice(&integration.issue_form_json).ok();
        Self { create_issue_config: form.filter(|_| for_new_ticket), ..Self::from(integration) }
    }
}

impl From<Provider> for IntegrationProviderJson {
    fn from(provider: Provider) -> Self {
        Self {
            slug: provider.key.clone(),
            key: provider.key,
            name: provider.name,
            can_add: provider.can_add,
            can_disable: provider.can_disable,
            features: provider.features,
            aspects: serde_json::from_slice(&provider.aspects_json).unwrap_or_else(|_| serde_json::json!({})),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integration_is_written_as_the_contract_says() {
        let provider = Provider {
            key: "jira_server".to_owned(),
            name: "Jira Server".to_owned(),
            can_add: true,
            features: vec!["issue-basic".to_owned()],
            aspects_json: b"{}".to_vec(),
            ..Default::default()
        };
        let integration = Integration {
            id: 31,
            name: "patchbay-acme".to_owned(),
            domain_name: "jira.acme.test".to_owned(),
            status: "active".to_owned(),
            provider: Some(provider),
            external_id: "jira.acme.test:patchbay-acme".to_owned(),
            organization_id: 7,
            organization_status: "active".to_owned(),
            ..Default::default()
        };
        let json = serde_json::to_string(&IntegrationJson::from(integration)).unwrap();
        let expected = concat!(
            r#"{"id":"31","name":"patchbay-acme","icon":null,"domainName":"jira.acme.test","accountType":null,"scopes":null,"#,
            r#""outOfDate":null,"missingFeatures":null,"status":"active","provider":{"key":"jira_server","slug":"jira_server","#,
            r#""name":"Jira Server","canAdd":true,"canDisable":false,"features":["issue-basic"],"aspects":{}},"configData":null,"#,
            r#""externalId":"jira.acme.test:patchbay-acme","organizationId":7,"organizationIntegrationStatus":"active","gracePeriodEnd":null}"#,
        );
        assert_eq!(json, expected);
    }
}
