use patchbay_domain::{Caller, Role};
use patchbay_proto::issue_sync::advance_response::Outcome;
use patchbay_proto::issue_sync::{
    AdvanceRequest, GetStepRequest, InitializeRequest, ListIntegrationsRequest, ListProvidersRequest,
};
use patchbay_provider::Failure;
use patchbay_rpc::request_as;
use serde_json::json;

use crate::service::{Service, each, reason, refusal, user};

fn begin(organization: &str, provider: &str) -> InitializeRequest {
    let (organization, provider) = (organization.to_owned(), provider.to_owned());
    InitializeRequest { organization, provider, ..Default::default() }
}

async fn names(service: &Service) -> Vec<String> {
    let message = ListIntegrationsRequest { organization: service.acme.slug.clone(), ..Default::default() };
    let found = service.integrations.clone().list_integrations(request_as(&service.manager(), message)).await;
    found.unwrap().into_inner().integrations.into_iter().map(|found| found.name).collect()
}

#[tokio::test]
async fn a_provider_that_only_a_test_defines_is_listed_and_set_up() {
    each(|service| async move {
        let message = ListProvidersRequest { organization: service.acme.slug.clone(), ..Default::default() };
        let answer =
            service.integrations.clone().list_providers(request_as(&service.member(), message)).await;
        let providers = answer.unwrap().into_inner().providers;
        assert_eq!(providers[0].key, "slate");
        assert_eq!(providers[0].features, ["issue-basic", "issue-sync", "ticket-rules", "user-mapping"]);

        let manager = service.manager();
        let message = begin(&service.acme.slug, "slate");
        let first =
            service.setup.clone().initialize(request_as(&manager, message)).await.unwrap().into_inner();
        assert_eq!((first.step.as_str(), first.step_index, first.total_steps), ("config", 0, 2));
        assert!(String::from_utf8(first.form_json).unwrap().contains(r#""name":"host""#));

        let wrong = refusal(service.advance(&manager, json!({"host": "slate.test"})).await);
        assert_eq!((wrong.reason.as_ref(), wrong.fields[0].field.as_str()), ("INVALID_FIELD", "secret"));
        let fields = json!({"host": "slate.test", "secret": "hush-hush"});
        let next = service.advance(&manager, fields).await.unwrap().into_inner();
        let Some(Outcome::Next(next)) = next.outcome else { panic!("a step follows") };
        assert_eq!((next.step.as_str(), next.step_index), ("confirm", 1));
        assert_eq!(next.data_json, br#"{"host":"slate.test"}"#);

        let refused = refusal(service.advance(&manager, json!({"answer": "no"})).await);
        assert_eq!(
            (refused.reason.as_ref(), refused.message.as_str()),
            ("SETUP_STEP_FAILED", "The answer has to be yes.")
        );
        let done = service.advance(&manager, json!({"answer": "yes"})).await.unwrap().into_inner();
        let Some(Outcome::Integration(integration)) = done.outcome else { panic!("it is complete") };
        assert_eq!(
            (integration.name.as_str(), integration.domain_name.as_str(), integration.status.as_str()),
            ("Our slate", "slate.test", "active")
        );
        assert_eq!(names(&service).await, ["Our slate"]);
        assert_eq!(service.slate.world().webhooks, ["slate.test"]);
        let again = service.setup.clone().get_step(request_as(&manager, GetStepRequest::default())).await;
        assert_eq!(reason(again), "SETUP_NOT_FOUND", "the setup has ended");
        service.audit.expect(&["INTEGRATION_ADD"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_tracker_that_refuses_leaves_nothing_behind_and_the_setup_where_it_was() {
    each(|service| async move {
        let manager = service.manager();
        service.initialize(&manager, &service.acme).await;
        service.advance(&manager, json!({"host": "slate.test", "secret": "hush-hush"})).await.unwrap();
        service.slate.world().fails = Some(Failure::refused("Could not create issue webhook in Slate. "));
        let refused = refusal(service.advance(&manager, json!({"answer": "yes"})).await);
        assert_eq!(refused.message, "Could not create issue webhook in Slate. ");
        assert!(names(&service).await.is_empty() && service.slate.world().webhooks.is_empty());
        service.advance(&manager, json!({"answer": "yes"})).await.unwrap();
        assert_eq!(names(&service).await, ["Our slate"]);
    })
    .await;
}

#[tokio::test]
async fn if_nothing_can_be_stored_the_webhook_is_removed_again() {
    each(|service| async move {
        // The account at the tracker is linked to the manager of another organization, whose integration is gone.
        let stranger = user(950, &service.other, Role::Manager);
        service.installed_in(&stranger, &service.other).await;
        service.db.query("delete from organization_integrations").execute().await.unwrap();
        service.db.query("delete from integrations").execute().await.unwrap();
        service.slate.world().webhooks.clear();

        let manager = service.manager();
        service.initialize(&manager, &service.acme).await;
        service.advance(&manager, json!({"host": "slate.test", "secret": "hush-hush"})).await.unwrap();
        let refused = refusal(service.advance(&manager, json!({"answer": "yes"})).await);
        assert_eq!(refused.reason, "IDENTITY_TAKEN");
        assert!(
            refused.message.starts_with("The provided Slate account is linked to a different Sentry user.")
        );
        assert!(names(&service).await.is_empty());
        assert!(service.slate.world().webhooks.is_empty(), "the webhook was removed");
    })
    .await;
}

#[tokio::test]
async fn a_second_setup_of_an_account_refreshes_the_integration() {
    each(|service| async move {
        let first = service.installed().await;
        let second = service.installed().await;
        assert_eq!(first.id, second.id);
        assert_eq!(names(&service).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn setups_are_of_users_with_the_right_in_the_organization() {
    each(|service| async move {
        let mut setup = service.setup.clone();
        let slug = service.acme.slug.as_str();
        let outsider = user(950, &service.other, Role::Owner);
        for (caller, provider, expected) in [
            (Caller::Anonymous, "slate", "NO_CREDENTIALS"),
            (Caller::Operator, "slate", "PERMISSION_DENIED"),
            (service.member(), "slate", "PERMISSION_DENIED"),
            (outsider, "slate", "PERMISSION_DENIED"),
            (service.manager(), "", "PROVIDER_REQUIRED"),
            (service.manager(), "nothing", "PROVIDER_NOT_FOUND"),
        ] {
            let answer = setup.initialize(request_as(&caller, begin(slug, provider))).await;
            assert_eq!(reason(answer), expected, "{caller:?} {provider}");
        }
        service.initialize(&service.manager(), &service.acme).await;
        let other = AdvanceRequest { provider: "jira_server".to_owned(), ..Default::default() };
        assert_eq!(reason(setup.advance(request_as(&service.manager(), other)).await), "SETUP_INVALID");
        let wrong = AdvanceRequest { fields_json: b"[]".to_vec(), ..Default::default() };
        assert_eq!(reason(setup.advance(request_as(&service.manager(), wrong)).await), "INVALID_BODY");
        service.clock.advance(std::time::Duration::from_secs(600));
        let late = setup.get_step(request_as(&service.manager(), GetStepRequest::default())).await;
        assert_eq!(reason(late), "SETUP_NOT_FOUND", "after ten minutes");
    })
    .await;
}

#[tokio::test]
async fn only_declared_initial_data_is_used() {
    each(|service| async move {
        let initial_data_json = br#"{"host":"slate.test","secret":"sneaky"}"#.to_vec();
        let message = InitializeRequest { initial_data_json, ..begin(&service.acme.slug, "slate") };
        let first = service.setup.clone().initialize(request_as(&service.manager(), message)).await;
        assert_eq!(first.unwrap().into_inner().data_json, br#"{"host":"slate.test"}"#);
        let missing = refusal(service.advance(&service.manager(), json!({"host": "slate.test"})).await);
        assert_eq!(missing.fields[0].field, "secret");
    })
    .await;
}
