use patchbay_domain::{AppCaller, Caller, ScopeSet, UserCaller};
use patchbay_proto::auth_token::*;
use patchbay_rpc::request_as;
use tonic::Status;
use uuid::Uuid;

use crate::service::*;

fn outsiders() -> [Caller; 3] {
    let user = UserCaller {
        user_id: 1,
        name: "Jane".into(),
        email: "jane@example.com".into(),
        is_superuser: true,
        is_staff: true,
        memberships: Vec::new(),
        token_scopes: None,
    };
    let app =
        AppCaller { app_id: APP, installation_id: Uuid::nil(), organization_id: 7, scopes: ScopeSet::EMPTY };
    [Caller::Anonymous, Caller::User(user), Caller::App(app)]
}

/// The outcome of each RPC for this caller.
async fn answers(service: &Service, caller: &Caller) -> Vec<Result<(), Status>> {
    let (mut t, mut s) = (service.tokens.clone(), service.sessions.clone());
    let id = || INSTALLATION.to_owned();
    let grant = CreateGrantRequest { installation_uuid: id(), app_id: 1, organization_id: 1 };
    let exchange = ExchangeRequest { installation_uuid: id(), ..Default::default() };
    let refresh = RefreshRequest { installation_uuid: id(), ..Default::default() };
    let mint = MintInstallationTokenRequest { installation_uuid: id(), ..Default::default() };
    let assertion = RefreshByAssertionRequest { installation_uuid: id(), ..Default::default() };
    let revoke_one = RevokeInstallationTokenRequest { installation_uuid: id(), token_id: 1 };
    vec![
        t.create_grant(request_as(caller, grant)).await.map(drop),
        t.list_grants(request_as(caller, ListGrantsRequest::default())).await.map(drop),
        t.exchange(request_as(caller, exchange)).await.map(drop),
        t.refresh(request_as(caller, refresh)).await.map(drop),
        t.mint_installation_token(request_as(caller, mint)).await.map(drop),
        t.mint_user_token(request_as(caller, MintUserTokenRequest::default())).await.map(drop),
        t.refresh_by_assertion(request_as(caller, assertion)).await.map(drop),
        t.list_installation_tokens(request_as(
            caller,
            ListInstallationTokensRequest { installation_uuid: id() },
        ))
        .await
        .map(drop),
        t.revoke_installation_token(request_as(caller, revoke_one)).await.map(drop),
        t.update_app_scopes(request_as(caller, UpdateAppScopesRequest::default())).await.map(drop),
        t.list_user_tokens(request_as(caller, ListUserTokensRequest { user_id: 2 })).await.map(drop),
        t.revoke_user_token(request_as(caller, RevokeUserTokenRequest { user_id: 2, token_id: 1 }))
            .await
            .map(drop),
        t.revoke_user(request_as(caller, RevokeUserRequest { user_id: 2 })).await.map(drop),
        t.introspect(request_as(caller, IntrospectRequest::default())).await.map(drop),
        t.revoke_installation(request_as(caller, RevokeInstallationRequest { installation_uuid: id() }))
            .await
            .map(drop),
        s.create_sign_in_link(request_as(caller, CreateSignInLinkRequest::default())).await.map(drop),
        s.redeem_sign_in_link(request_as(caller, RedeemSignInLinkRequest::default())).await.map(drop),
        s.get_sign_in_options(request_as(caller, GetSignInOptionsRequest {})).await.map(drop),
        s.begin_oidc_sign_in(request_as(caller, BeginOidcSignInRequest::default())).await.map(drop),
        s.finish_oidc_sign_in(request_as(caller, FinishOidcSignInRequest::default())).await.map(drop),
        s.create_session(request_as(caller, CreateSessionRequest::default())).await.map(drop),
        s.forget_oidc_identities(request_as(caller, ForgetOidcIdentitiesRequest { user_id: 2 }))
            .await
            .map(drop),
        s.end_session(request_as(caller, EndSessionRequest::default())).await.map(drop),
        t.watch_revocations(request_as(caller, WatchRevocationsRequest {})).await.map(drop),
    ]
}

fn reasons(answers: Vec<Result<(), Status>>) -> Vec<String> {
    let reason = |status: Status| patchbay_rpc::status::to_error(&status).reason.into_owned();
    answers.into_iter().map(|answer| answer.map_or_else(reason, |()| "ok".to_owned())).collect()
}

#[tokio::test]
async fn users_and_apps_may_call_nothing_of_others() {
    each(|service, db| async move {
        for caller in outsiders() {
            let reasons = reasons(answers(&service, &caller).await);
            assert_eq!(reasons, ["PERMISSION_DENIED"; 24], "{caller:?}");
        }
        let rows: i64 = db
            .query("select (select count(*) from grants) + (select count(*) from tokens) + (select count(*) from sign_in_links)")
            .fetch_scalar()
            .await
            .unwrap();
        assert_eq!(rows, 0);
    })
    .await;
}

#[tokio::test]
async fn services_and_operators_may_call_everything() {
    each(|service, _| async move {
        for caller in [Caller::Service("installation".into()), Caller::Operator] {
            let reasons = reasons(answers(&service, &caller).await);
            assert!(!reasons.contains(&"PERMISSION_DENIED".to_owned()), "{caller:?}: {reasons:?}");
        }
    })
    .await;
}
