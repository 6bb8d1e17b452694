use patchbay_domain::Role;
use patchbay_proto::issue_sync::{
    GetHealthRequest, GetIntegrationRequest, Integration, ListIntegrationsRequest, UpdateIntegrationRequest,
};
use patchbay_provider::{Failure, Kind};
use patchbay_rpc::request_as;
use serde_json::{Value, json};

use crate::service::{Service, each, reason, refusal, user};

async fn change(
    service: &Service,
    integration: &Integration,
    settings: Value,
) -> Result<(), patchbay_domain::Error> {
    let message = UpdateIntegrationRequest {
        organization: service.acme.slug.clone(),
        id: integration.id,
        settings_json: settings.to_string().into_bytes(),
    };
    let answer =
        service.integrations.clone().update_integration(request_as(&service.manager(), message)).await;
    answer.map(drop).map_err(|error| refusal::<()>(Err(error)))
}

fn get(service: &Service, id: i64) -> GetIntegrationRequest {
    GetIntegrationRequest { organization: service.acme.slug.clone(), id, ..Default::default() }
}

async fn read(service: &Service, integration: &Integration) -> (Value, Value) {
    let message = get(service, integration.id);
    let found = service.integrations.clone().get_integration(request_as(&service.member(), message)).await;
    let found = found.unwrap().into_inner();
    let value = |json: &[u8]| serde_json::from_slice(json).unwrap();
    (value(&found.config_form_json), value(&found.config_data_json))
}

#[tokio::test]
async fn settings_are_stored_and_read_back() {
    each(|service| async move {
        let integration = service.installed().await;
        let (form, data) = read(&service, &integration).await;
        assert_eq!(form[0]["addDropdown"]["items"], json!([{"value": "p1", "label": "Project 1"}]));
        assert_eq!(data, json!({"sync_status_forward": {}}));

        let mapping = json!({"p1": {"on_resolve": "done", "on_unresolve": "open"}});
        change(&service, &integration, json!({"sync_comments": true, "sync_status_forward": mapping}))
            .await
            .unwrap();
        change(&service, &integration, json!({"sync_reverse_assignment": true, "sync_status_forward": {}}))
            .await
            .unwrap();
        let (_, data) = read(&service, &integration).await;
        let expected =
            json!({"sync_status_forward": mapping, "sync_comments": true, "sync_reverse_assignment": true});
        assert_eq!(data, expected);
        change(&service, &integration, json!({"sync_status_forward": {"p1": null}})).await.unwrap();
        assert_eq!(read(&service, &integration).await.1["sync_status_forward"], json!({}));

        let (edit, mappings) = ("INTEGRATION_EDIT", "INTEGRATION_PROJECT_MAPPINGS_UPDATE");
        service.audit.expect(&["INTEGRATION_ADD", edit, mappings, edit, edit, mappings]).await;
    })
    .await;
}

#[tokio::test]
async fn wrong_settings_change_nothing() {
    each(|service| async move {
        let integration = service.installed().await;
        let wrong = json!({"sync_comments": true, "colour": "red"});
        assert_eq!(
            change(&service, &integration, wrong).await.unwrap_err().message,
            "Unknown setting: colour"
        );
        let half = json!({"sync_status_forward": {"p1": {"on_resolve": "done"}}});
        let refused = change(&service, &integration, half).await.unwrap_err();
        assert_eq!(refused.message, "Resolve and unresolve status are required.");
        assert_eq!(read(&service, &integration).await.1, json!({"sync_status_forward": {}}));
    })
    .await;
}

#[tokio::test]
async fn a_tracker_that_is_down_disables_the_first_field_and_shows_in_the_health_report() {
    each(|service| async move {
        let integration = service.installed().await;
        service.slate.world().fails =
            Some(Failure::new(Kind::Unreachable, "Unable to reach host: slate.test"));
        let (form, _) = read(&service, &integration).await;
        assert_eq!(form[0]["disabledReason"], "Unable to communicate with the Slate instance.");

        let message = GetHealthRequest { organization: service.acme.slug.clone(), id: integration.id };
        let health =
            service.integrations.clone().get_health(request_as(&service.member(), message.clone())).await;
        let health = health.unwrap().into_inner();
        assert_eq!(health.state, "broken");
        assert_eq!(health.problems[0].kind, "host_unreachable");
        assert_eq!(health.last_failure.unwrap().message, "Unable to reach host: slate.test");
        service.clock.advance(std::time::Duration::from_secs(60));
        let (form, _) = read(&service, &integration).await;
        assert!(form[0]["disabledReason"].is_null());
        let health = service.integrations.clone().get_health(request_as(&service.member(), message)).await;
        assert_eq!(health.unwrap().into_inner().state, "degraded");
    })
    .await;
}

#[tokio::test]
async fn a_list_without_settings_asks_no_tracker() {
    each(|service| async move {
        service.installed().await;
        let before = service.slate.world().calls;
        let list = |with_config, features: &[&str], kind: &str| ListIntegrationsRequest {
            organization: service.acme.slug.clone(),
            features: features.iter().map(|feature| (*feature).to_owned()).collect(),
            integration_type: kind.to_owned(),
            with_config,
            ..Default::default()
        };
        let mut client = service.integrations.clone();
        for (features, kind, expected) in [
            (&[][..], "", 1),
            (&["ISSUE_BASIC"][..], "project_management", 1),
            (&["commits"][..], "", 0),
            (&[][..], "messaging", 0),
        ] {
            let found =
                client.list_integrations(request_as(&service.member(), list(false, features, kind))).await;
            assert_eq!(found.unwrap().into_inner().integrations.len(), expected, "{features:?} {kind}");
        }
        assert_eq!(service.slate.world().calls, before);
        let wrong = client.list_integrations(request_as(&service.member(), list(false, &[], "x"))).await;
        assert_eq!(reason(wrong), "INVALID_INTEGRATION_TYPE");
        let with = client.list_integrations(request_as(&service.member(), list(true, &[], ""))).await;
        assert!(!with.unwrap().into_inner().integrations[0].config_form_json.is_empty());
        assert_eq!(service.slate.world().calls, before + 1);
    })
    .await;
}

#[tokio::test]
async fn an_integration_of_another_organization_does_not_exist() {
    each(|service| async move {
        let integration = service.installed().await;
        let outsider = user(950, &service.other, Role::Owner);
        let foreign = GetIntegrationRequest {
            organization: service.other.slug.clone(),
            ..get(&service, integration.id)
        };
        let mut client = service.integrations.clone();
        assert_eq!(
            reason(client.get_integration(request_as(&outsider, foreign)).await),
            "INTEGRATION_NOT_FOUND"
        );
        let hidden = client.get_integration(request_as(&outsider, get(&service, integration.id))).await;
        assert_eq!(reason(hidden), "PERMISSION_DENIED");
        let message = UpdateIntegrationRequest {
            organization: service.acme.slug.clone(),
            id: integration.id,
            settings_json: b"{}".to_vec(),
        };
        assert_eq!(
            reason(client.update_integration(request_as(&service.member(), message)).await),
            "PERMISSION_DENIED"
        );
    })
    .await;
}
