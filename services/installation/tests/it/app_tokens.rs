//! Tokens of internal apps, which people make and revoke by hand.

use futures::future::join_all;
use patchbay_domain::{Caller, Role, Scope};
use patchbay_proto::auth_token::Inactive;
use patchbay_proto::installation::app_tokens_client::AppTokensClient;
use patchbay_proto::installation::{
    App, AppToken, CreateAppRequest, CreateAppTokenRequest, ListAppTokensRequest, RevokeAppTokenRequest,
};
use patchbay_rpc::{Channel, request_as};
use tonic::{Response, Status};

use crate::callers::{app_of, member, member_with_token, staff, superuser};
use crate::running::{Running, each, internal, public, reason, refusal};

fn client(running: &Running) -> AppTokensClient<Channel> {
    running.app_tokens.clone()
}

async fn create(running: &Running, caller: &Caller, app: &App) -> Result<Response<AppToken>, Status> {
    let asked = CreateAppTokenRequest { app: app.slug.clone() };
    client(running).create_app_token(request_as(caller, asked)).await
}

async fn list(running: &Running, caller: &Caller, app: &App) -> Vec<AppToken> {
    let asked = ListAppTokensRequest { app: app.slug.clone() };
    client(running).list_app_tokens(request_as(caller, asked)).await.unwrap().into_inner().tokens
}

async fn revoke(running: &Running, caller: &Caller, app: &App, token_id: i64) -> String {
    let asked = RevokeAppTokenRequest { app: app.slug.clone(), token_id };
    reason(client(running).revoke_app_token(request_as(caller, asked)).await)
}

#[tokio::test]
async fn a_token_is_made_listed_used_and_revoked() {
    each(|running| async move {
        let (manager, app) = (running.manager(), running.app(internal("Own")).await);
        let made = create(&running, &manager, &app).await.unwrap().into_inner();
        let token = made.token.clone().unwrap();
        assert_eq!((token.len(), &made.last_four, made.is_masked), (64, &token[60..].to_owned(), false));
        assert_eq!(made.scopes, ["org:read", "org:write"], "what a scope implies is held too");
        assert_eq!(running.introspect(&token).await.inactive(), Inactive::Unspecified);
        let listed = list(&running, &manager, &app).await;
        assert_eq!(listed.len(), 2, "the first one was made with the app");
        assert_eq!(listed[1], AppToken { token: None, ..made.clone() });

        assert_eq!(revoke(&running, &manager, &app, made.id).await, "OK");
        assert_eq!(running.introspect(&token).await.inactive(), Inactive::Unknown);
        assert_eq!(revoke(&running, &manager, &app, made.id).await, "TOKEN_NOT_FOUND");
        let foreign = list(&running, &manager, &running.app(internal("Other")).await).await[0].id;
        assert_eq!(revoke(&running, &manager, &app, foreign).await, "TOKEN_NOT_FOUND");

        let told = |event: &str| running.audit.entries().iter().filter(|entry| entry.event == event).count();
        patchbay_testkit::eventually(crate::running::SOON, "both changes are told", async || {
            let counts = (told("INTERNAL_INTEGRATION_ADD_TOKEN"), told("INTERNAL_INTEGRATION_REMOVE_TOKEN"));
            (counts == (1, 1)).then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_has_twenty_tokens_at_most() {
    each(|running| async move {
        let (manager, app) = (running.manager(), running.app(internal("Own")).await);
        let outcomes = join_all((0..25).map(|_| create(&running, &manager, &app))).await;
        let (made, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((made.len(), refused.len()), (19, 6), "one was made with the app");
        for outcome in refused {
            let message = "Cannot generate more than 20 tokens for a single integration";
            assert_eq!(refusal(outcome).message, message);
        }
    })
    .await;
}

#[tokio::test]
async fn who_lacks_a_scope_of_the_app_is_shown_no_token() {
    each(|running| async move {
        let wide = CreateAppRequest { scopes: vec!["org:admin".into()], ..internal("Wide") };
        let owner = member(&running.acme, Role::Owner);
        let answer = running.apps.clone().create_app(request_as(&owner, wide)).await.unwrap();
        let app = answer.into_inner().app.unwrap();
        let made = create(&running, &running.manager(), &app).await.unwrap().into_inner();
        assert_eq!((made.token.as_deref(), made.is_masked), (Some("*".repeat(64).as_str()), true));
        assert!(list(&running, &running.manager(), &app).await.iter().all(|token| token.is_masked));
        assert!(list(&running, &owner, &app).await.iter().all(|token| !token.is_masked));
    })
    .await;
}

#[tokio::test]
async fn only_internal_apps_have_them() {
    each(|running| async move {
        let (manager, app) = (running.manager(), running.app(public("Public")).await);
        assert!(list(&running, &manager, &app).await.is_empty());
        let error = refusal(create(&running, &manager, &app).await);
        assert_eq!(error.message, "This route is limited to internal integrations only");
        assert_eq!(revoke(&running, &manager, &app, 1).await, "NOT_INTERNAL");
        let nothing = App { slug: "nothing".into(), ..app };
        assert_eq!(reason(create(&running, &manager, &nothing).await), "APP_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn who_may_manage_tokens() {
    each(|running| async move {
        let app = running.app(internal("Own")).await;
        let installed = running.install(&running.manager(), &app, &running.acme).await.unwrap().into_inner();
        for (caller, expected) in [
            (member(&running.acme, Role::Owner), "OK"),
            (running.manager(), "OK"),
            (superuser(), "OK"),
            (Caller::Operator, "OK"),
            (member(&running.acme, Role::Admin), "PERMISSION_DENIED"),
            (member_with_token(&running.acme, Role::Owner, &[Scope::OrgAdmin]), "SESSION_REQUIRED"),
            (staff(), "PERMISSION_DENIED"),
            (running.outsider(), "NOT_IN_OWNER_ORGANIZATION"),
            (app_of(&installed), "NOT_IN_OWNER_ORGANIZATION"),
            (Caller::Anonymous, "NO_CREDENTIALS"),
        ] {
            assert_eq!(reason(create(&running, &caller, &app).await), expected, "{caller:?}");
        }
    })
    .await;
}
