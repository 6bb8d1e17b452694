//! Removing an app: Sentry's contract for DELETE, and what happens after its answer.

use std::time::Duration;

use patchbay_domain::{Caller, Role};
use patchbay_proto::auth_token::Inactive;
use patchbay_proto::event_fanout::actor::Kind;
use patchbay_proto::installation::{
    App, AppStatus, DeleteAppRequest, DeleteAppResponse, GetAppRequest, UpdateAppRequest,
};
use patchbay_rpc::request_as;
use patchbay_testkit::eventually;
use tonic::{Response, Status};

use crate::callers::{member, staff, superuser};
use crate::running::{Running, SOON, each, internal, public, reason, refusal, update};

async fn delete(
    running: &Running,
    caller: &Caller,
    app: &App,
) -> Result<Response<DeleteAppResponse>, Status> {
    let asked = DeleteAppRequest { app: app.slug.clone() };
    running.apps.clone().delete_app(request_as(caller, asked)).await
}

async fn gone(running: &Running, app: &App) {
    eventually(SOON, "the app is gone", async || {
        let asked = GetAppRequest { app: app.slug.clone() };
        let answer = running.apps.clone().get_app(request_as(&Caller::Operator, asked)).await;
        (reason(answer) == "APP_NOT_FOUND").then_some(())
    })
    .await;
}

#[tokio::test]
async fn each_installation_of_a_public_app_is_ended_and_told_and_the_slug_stays_taken() {
    each(|running| async move {
        let mut events = running.events();
        let owner = member(&running.acme, Role::Owner);
        let app = running.app(public("Hooks")).await;
        let mut installed = Vec::new();
        for (caller, organization) in [(running.manager(), &running.acme), (superuser(), &running.other)] {
            installed.push(running.install(&caller, &app, organization).await.unwrap().into_inner());
            assert_eq!(events.next().await.action, "created");
        }
        delete(&running, &owner, &app).await.unwrap();
        for installation in installed {
            let event = events.next().await;
            assert_eq!((event.resource.as_str(), event.action.as_str()), ("installation", "deleted"));
            assert!(String::from_utf8_lossy(&event.data_json).contains(&installation.uuid));
            let Some(Kind::User(by)) = event.actor.unwrap().kind else { panic!("a user did it") };
            assert_eq!(by.name, "Meredith Heller");
        }
        gone(&running, &app).await;

        let again = running.apps.clone().create_app(request_as(&owner, public("Hooks"))).await;
        assert_eq!(refusal(again).fields[0].messages, ["Name Hooks is already taken, please use another."]);
        let told: Vec<_> = running.audit.entries().into_iter().map(|entry| entry.event).collect();
        assert!(told.contains(&"SENTRY_APP_REMOVE".to_owned()), "{told:?}");

        // The app's address is known as long as its last webhooks are tried.
        assert_eq!(running.endpoint(&app).await.webhook_url, "https://example.com/hook");
        eventually(SOON, "the address is forgotten", async || {
            running.hand.advance(Duration::from_secs(1800));
            running.endpoint(&app).await.webhook_url.is_empty().then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn an_internal_app_goes_with_its_tokens_and_without_a_word() {
    each(|running| async move {
        let owner = member(&running.acme, Role::Owner);
        let created = running.apps.clone().create_app(request_as(&owner, internal("nulldb"))).await.unwrap();
        let created = created.into_inner();
        let (app, token) = (created.app.unwrap(), created.initial_token.unwrap().token);
        delete(&running, &owner, &app).await.unwrap();
        gone(&running, &app).await;
        assert_eq!(running.introspect(&token).await.inactive(), Inactive::Unknown);
        running.audit.expect(&["INTERNAL_INTEGRATION_ADD", "SENTRY_APP_ADD", "SENTRY_APP_REMOVE"]).await;
        eventually(SOON, "nothing is left to be told", async || {
            running.db.outbox_batch(1).await.unwrap().is_empty().then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_removal_that_was_cut_short_is_finished_by_another_process() {
    each(|running| async move {
        let owner = member(&running.acme, Role::Owner);
        let app = running.app(public("Hooks")).await;
        running.install(&running.manager(), &app, &running.acme).await.unwrap();
        // As a process leaves it that is killed after its answer.
        running
            .db
            .query("update apps set status = 'deletion_in_progress' where id = $1")
            .bind(app.id)
            .execute()
            .await
            .unwrap();
        assert_eq!(reason(delete(&running, &owner, &app).await), "PUBLISHED_APP");
        let asked = UpdateAppRequest { name: Some("Late".into()), ..update(&app) };
        assert_eq!(reason(running.apps.clone().update_app(request_as(&owner, asked)).await), "APP_NOT_FOUND");
        let _other = running.replica().await;
        gone(&running, &app).await;
        let live: i64 = running
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
    each(|running| async move {
        let app = running.app(public("Hooks")).await;
        for (caller, expected) in [
            (running.manager(), "PERMISSION_DENIED"),
            (member(&running.acme, Role::Member), "PERMISSION_DENIED"),
            (running.outsider(), "NOT_IN_OWNER_ORGANIZATION"),
            (staff(), "NOT_IN_OWNER_ORGANIZATION"),
            (Caller::Anonymous, "NO_CREDENTIALS"),
        ] {
            assert_eq!(reason(delete(&running, &caller, &app).await), expected, "{caller:?}");
        }
        running.set_status(&app, AppStatus::Published).await;
        let error = refusal(delete(&running, &member(&running.acme, Role::Owner), &app).await);
        assert_eq!(error.fields[0].field, "detail");
        assert_eq!(error.fields[0].messages, ["Published apps cannot be removed."]);

        let app = running.app(public("More Hooks")).await;
        let metadata_json = Some(r#"{"partnership_restricted":true}"#.to_owned());
        let asked = UpdateAppRequest { metadata_json, ..update(&app) };
        running.apps.clone().update_app(request_as(&superuser(), asked)).await.unwrap();
        assert_eq!(reason(delete(&running, &superuser(), &app).await), "PARTNERSHIP_RESTRICTED");
    })
    .await;
}
