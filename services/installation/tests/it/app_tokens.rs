//! Tokens of internal apps, which users create and revoke.

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
use crate::service::{Service, each, internal, public, reason, refusal};

fn client(service: &Service) -> AppTokensClient<Channel> {
    service.app_tokens.clone()
}

async fn create(service: &Service, caller: &Caller, app: &App) -> Result<Response<AppToken>, Status> {
    let message = CreateAppTokenRequest { app: app.slug.clone() };
    client(service).create_app_token(request_as(caller, message)).await
}

async fn list(service: &Service, caller: &Caller, app: &App) -> Vec<AppToken> {
    let message = ListAppTokensRequest { app: app.slug.clone() };
    client(service).list_app_tokens(request_as(caller, message)).await.unwrap().into_inner().tokens
}

async fn revoke(service: &Service, caller: &Caller, app: &App, token_id: i64) -> String {
    let message = RevokeAppTokenRequest { app: app.slug.clone(), token_id };
    reason(client(service).revoke_app_token(request_as(caller, message)).await)
}

#[tokio::test]
async fn a_token_is_made_listed_used_and_revoked() {
    each(|service| async move {
        let (manager, app) = (service.manager(), service.app(internal("Own")).await);
        let made = create(&service, &manager, &app).await.unwrap().into_inner();
        let token = made.token.clone().unwrap();
        assert_eq!((token.len(), &made.last_four, made.is_masked), (64, &token[60..].to_owned(), false));
        assert_eq!(made.scopes, ["org:read", "org:write"], "the token includes implied scopes");
        assert_eq!(service.introspect(&token).await.inactive(), Inactive::Unspecified);
        let listed = list(&service, &manager, &app).await;
        assert_eq!(listed.len(), 2, "the first one was made with the app");
        assert_eq!(listed[1], AppToken { token: None, ..made.clone() });

        assert_eq!(revoke(&service, &manager, &app, made.id).await, "OK");
        assert_eq!(service.introspect(&token).await.inactive(), Inactive::Unknown);
        assert_eq!(revoke(&service, &manager, &app, made.id).await, "TOKEN_NOT_FOUND");
        let foreign = list(&service, &manager, &service.app(internal("Other")).await).await[0].id;
        assert_eq!(revoke(&service, &manager, &app, foreign).await, "TOKEN_NOT_FOUND");

        let told = |event: &str| service.audit.entries().iter().filter(|entry| entry.event == event).count();
        patchbay_testkit::eventually(crate::service::SOON, "both changes are in the audit log", async || {
            let counts = (told("INTERNAL_INTEGRATION_ADD_TOKEN"), told("INTERNAL_INTEGRATION_REMOVE_TOKEN"));
            (counts == (1, 1)).then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_has_twenty_tokens_at_most() {
    each(|service| async move {
        let (manager, app) = (service.manager(), service.app(internal("Own")).await);
        let outcomes = join_all((0..25).map(|_| create(&service, &manager, &app))).await;
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
async fn a_caller_without_a_scope_of_the_app_sees_no_token() {
    each(|service| async move {
        let wide = CreateAppRequest { scopes: vec!["org:admin".into()], ..internal("Wide") };
        let owner = member(&service.acme, Role::Owner);
        let answer = service.apps.clone().create_app(request_as(&owner, wide)).await.unwrap();
        let app = answer.into_inner().app.unwrap();
        let made = create(&service, &service.manager(), &app).await.unwrap().into_inner();
        assert_eq!((made.token.as_deref(), made.is_masked), (Some("*".repeat(64).as_str()), true));
        assert!(list(&service, &service.manager(), &app).await.iter().all(|token| token.is_masked));
        assert!(list(&service, &owner, &app).await.iter().all(|token| !token.is_masked));
    })
    .await;
}

#[tokio::test]
async fn only_internal_apps_have_them() {
    each(|service| async move {
        let (manager, app) = (service.manager(), service.app(public("Public")).await);
        assert!(list(&service, &manager, &app).await.is_empty());
        let error = refusal(create(&service, &manager, &app).await);
        assert_eq!(error.message, "This route is limited to internal integrations only");
        assert_eq!(revoke(&service, &manager, &app, 1).await, "NOT_INTERNAL");
        let nothing = App { slug: "nothing".into(), ..app };
        assert_eq!(reason(create(&service, &manager, &nothing).await), "APP_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn who_may_manage_tokens() {
    each(|service| async move {
        let app = service.app(internal("Own")).await;
        let installed = service.install(&service.manager(), &app, &service.acme).await.unwrap().into_inner();
        for (caller, expected) in [
            (member(&service.acme, Role::Owner), "OK"),
            (service.manager(), "OK"),
            (superuser(), "OK"),
            (Caller::Operator, "OK"),
            (member(&service.acme, Role::Admin), "PERMISSION_DENIED"),
            (member_with_token(&service.acme, Role::Owner, &[Scope::OrgAdmin]), "SESSION_REQUIRED"),
            (staff(), "PERMISSION_DENIED"),
            (service.outsider(), "NOT_IN_OWNER_ORGANIZATION"),
            (app_of(&installed), "NOT_IN_OWNER_ORGANIZATION"),
            (Caller::Anonymous, "NO_CREDENTIALS"),
        ] {
            assert_eq!(reason(create(&service, &caller, &app).await), expected, "{caller:?}");
        }
    })
    .await;
}
