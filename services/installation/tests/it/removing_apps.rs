//! Removing an app: Sentry's contract for DELETE, and what happens after its answer.

use std::time::Duration;

use patchbay_domain::{Caller, Role};
use patchbay_proto::auth_token::Inactive;
use patchbay_proto::event_fanout::actor::Kind;
use patchbay_proto::installation::list_components_request::Owner;
use patchbay_proto::installation::{
    App, AppStatus, CreateAppTokenRequest, DeleteAppRequest, DeleteAppResponse, DisableAppRequest,
    EnableAppRequest, GetAppRequest, GetInteractionRequest, GetStatsRequest, ListAppInstallationsRequest,
    ListAppTokensRequest, ListComponentsRequest, RecordInteractionRequest, RequestPublicationRequest,
    RotateSecretRequest, SetAvatarRequest, UpdateAppRequest,
};
use patchbay_rpc::request_as;
use patchbay_testkit::eventually;
use tonic::{Response, Status};

use crate::callers::{member, staff, superuser};
use crate::service::{SOON, Service, each, internal, public, reason, refusal, update};

async fn delete(
    service: &Service,
    caller: &Caller,
    app: &App,
) -> Result<Response<DeleteAppResponse>, Status> {
    let message = DeleteAppRequest { app: app.slug.clone() };
    service.apps.clone().delete_app(request_as(caller, message)).await
}

async fn gone(service: &Service, app: &App) {
    eventually(SOON, "the app is gone", async || {
        let query = service.db.query("select count(*) from apps where id = $1 and removed_at is not null");
        let removed: i64 = query.bind(app.id).fetch_scalar().await.unwrap();
        (removed == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn each_installation_of_a_public_app_is_ended_with_an_event_and_the_slug_stays_taken() {
    each(|service| async move {
        let mut events = service.events();
        let owner = member(&service.acme, Role::Owner);
        let app = service.app(public("Hooks")).await;
        let mut installed = Vec::new();
        for (caller, organization) in [(service.manager(), &service.acme), (superuser(), &service.other)] {
            installed.push(service.install(&caller, &app, organization).await.unwrap().into_inner());
            assert_eq!(events.next().await.action, "created");
        }
        delete(&service, &owner, &app).await.unwrap();
        for installation in installed {
            let event = events.next().await;
            assert_eq!((event.resource.as_str(), event.action.as_str()), ("installation", "deleted"));
            assert!(String::from_utf8_lossy(&event.data_json).contains(&installation.uuid));
            let Some(Kind::User(by)) = event.actor.unwrap().kind else { panic!("a user did it") };
            assert_eq!(by.name, "Meredith Heller");
        }
        gone(&service, &app).await;

        let again = service.apps.clone().create_app(request_as(&owner, public("Hooks"))).await;
        assert_eq!(refusal(again).fields[0].messages, ["Name Hooks is already taken, please use another."]);
        let told: Vec<_> = service.audit.entries().into_iter().map(|entry| entry.event).collect();
        assert!(told.contains(&"SENTRY_APP_REMOVE".to_owned()), "{told:?}");

        // The endpoint stays until the last webhooks are delivered.
        assert_eq!(service.endpoint(&app).await.webhook_url, "https://example.com/hook");
        eventually(SOON, "the address is forgotten", async || {
            service.clock.advance(Duration::from_secs(1800));
            service.endpoint(&app).await.webhook_url.is_empty().then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn an_internal_app_is_removed_with_its_tokens_and_without_an_event() {
    each(|service| async move {
        let owner = member(&service.acme, Role::Owner);
        let created = service.apps.clone().create_app(request_as(&owner, internal("nulldb"))).await.unwrap();
        let created = created.into_inner();
        let (app, token) = (created.app.unwrap(), created.initial_token.unwrap().token);
        delete(&service, &owner, &app).await.unwrap();
        gone(&service, &app).await;
        assert_eq!(service.introspect(&token).await.inactive(), Inactive::Unknown);
        service.audit.expect(&["INTERNAL_INTEGRATION_ADD", "SENTRY_APP_ADD", "SENTRY_APP_REMOVE"]).await;
        eventually(SOON, "the outbox is empty", async || {
            service.db.outbox_batch(1).await.unwrap().is_empty().then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_removal_that_was_cut_short_is_finished_by_another_process() {
    each(|service| async move {
        let owner = member(&service.acme, Role::Owner);
        let app = service.app(public("Hooks")).await;
        service.install(&service.manager(), &app, &service.acme).await.unwrap();
        // The state after a crash that follows the response.
        service
            .db
            .query("update apps set status = 'deletion_in_progress' where id = $1")
            .bind(app.id)
            .execute()
            .await
            .unwrap();
        assert_eq!(reason(delete(&service, &owner, &app).await), "APP_NOT_FOUND");
        let message = UpdateAppRequest { name: Some("Late".into()), ..update(&app) };
        assert_eq!(
            reason(service.apps.clone().update_app(request_as(&owner, message)).await),
            "APP_NOT_FOUND"
        );
        let _other = service.replica().await;
        gone(&service, &app).await;
        let live: i64 = service
            .db
            .query("select count(*) from installations where status <> 'pending_deletion'")
            .fetch_scalar()
            .await
            .unwrap();
        assert_eq!(live, 0);
    })
    .await;
}

#[tokio::test]
async fn who_may_remove_which_app() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        for (caller, expected) in [
            (service.manager(), "PERMISSION_DENIED"),
            (member(&service.acme, Role::Member), "PERMISSION_DENIED"),
            (service.outsider(), "NOT_IN_OWNER_ORGANIZATION"),
            (staff(), "NOT_IN_OWNER_ORGANIZATION"),
            (Caller::Anonymous, "NO_CREDENTIALS"),
        ] {
            assert_eq!(reason(delete(&service, &caller, &app).await), expected, "{caller:?}");
        }
        service.set_status(&app, AppStatus::Published).await;
        let error = refusal(delete(&service, &member(&service.acme, Role::Owner), &app).await);
        assert_eq!(error.fields[0].field, "detail");
        assert_eq!(error.fields[0].messages, ["Published apps cannot be removed."]);

        let app = service.app(public("More Hooks")).await;
        let metadata_json = Some(r#"{"partnership_restricted":true}"#.to_owned());
        let message = UpdateAppRequest { metadata_json, ..update(&app) };
        service.apps.clone().update_app(request_as(&superuser(), message)).await.unwrap();
        assert_eq!(reason(delete(&service, &superuser(), &app).await), "PARTNERSHIP_RESTRICTED");
    })
    .await;
}

#[tokio::test]
async fn an_app_that_is_being_removed_is_not_found_by_any_call_about_it() {
    each(|service| async move {
        let (owner, app) = (member(&service.acme, Role::Owner), service.app(public("Hooks")).await);
        let query = service.db.query("update apps set status = 'deletion_in_progress' where id = $1");
        query.bind(app.id).execute().await.unwrap();
        let name = || app.slug.clone();
        let (apps, tokens, publishing) = (&service.apps, &service.app_tokens, &service.publishing);
        macro_rules! refused {
            ($client:ident.$call:ident($message:expr)) => {
                let answer = $client.clone().$call(request_as(&owner, $message)).await;
                assert_eq!(reason(answer), "APP_NOT_FOUND", stringify!($call));
            };
        }
        refused!(apps.get_app(GetAppRequest { app: name() }));
        refused!(apps.delete_app(DeleteAppRequest { app: name() }));
        refused!(apps.update_app(UpdateAppRequest { name: Some("Late".into()), ..update(&app) }));
        refused!(apps.rotate_secret(RotateSecretRequest { app: name(), grace_seconds: 0 }));
        refused!(apps.set_avatar(SetAvatarRequest { app: name(), photo: 1, ..Default::default() }));
        refused!(apps.list_components(ListComponentsRequest {
            owner: Some(Owner::App(name())),
            ..Default::default()
        }));
        refused!(apps.get_stats(GetStatsRequest { app: name(), ..Default::default() }));
        refused!(apps.get_interaction(GetInteractionRequest { app: name(), ..Default::default() }));
        refused!(apps.record_interaction(RecordInteractionRequest { app: name(), ..Default::default() }));
        refused!(apps.disable_app(DisableAppRequest { app: name(), ..Default::default() }));
        refused!(apps.enable_app(EnableAppRequest { app: name() }));
        refused!(tokens.create_app_token(CreateAppTokenRequest { app: name() }));
        refused!(tokens.list_app_tokens(ListAppTokensRequest { app: name() }));
        refused!(
            publishing.request_publication(RequestPublicationRequest { app: name(), ..Default::default() })
        );
        let installations = &service.installations;
        refused!(
            installations
                .list_app_installations(ListAppInstallationsRequest { app: name(), ..Default::default() })
        );
    })
    .await;
}
