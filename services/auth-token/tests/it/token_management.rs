//! Creating, listing and revoking single tokens, and later changes of tokens.

use std::time::Duration;

use futures::future::join_all;
use patchbay_domain::{Caller, Error, Membership, Role, ScopeSet, UserCaller, token};
use patchbay_proto::auth_token::{
    Inactive, ListInstallationTokensRequest, ListUserTokensRequest, MintUserTokenRequest,
    RevokeInstallationTokenRequest, RevokeUserRequest, RevokeUserTokenRequest, Token, TokenPair,
    UpdateAppScopesRequest,
};
use patchbay_rpc::request_as;
use patchbay_testkit::eventually;

use crate::service::*;

fn user(user_id: i64) -> UserCaller {
    let member = Membership { organization_id: 7, organization_slug: "acme".into(), role: Role::Member };
    UserCaller {
        user_id,
        name: "Jane".into(),
        email: "jane@example.com".into(),
        is_superuser: false,
        is_staff: false,
        memberships: vec![member],
        token_scopes: None,
    }
}

async fn mint_as(
    service: &Service,
    caller: &Caller,
    user_id: i64,
    scopes: &[&str],
) -> Result<TokenPair, Error> {
    let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    let request = MintUserTokenRequest { user_id, scopes, name: "ci".into() };
    answer(service.tokens.clone().mint_user_token(request_as(caller, request)).await)
}

async fn of_user(service: &Service, caller: &Caller, user_id: i64) -> Result<Vec<Token>, Error> {
    let request = request_as(caller, ListUserTokensRequest { user_id });
    answer(service.tokens.clone().list_user_tokens(request).await).map(|found| found.tokens)
}

async fn of_installation(service: &Service) -> Vec<Token> {
    let request = ListInstallationTokensRequest { installation_uuid: INSTALLATION.into() };
    service.tokens.clone().list_installation_tokens(with_deadline(request)).await.unwrap().into_inner().tokens
}

async fn revoke_one(service: &Service, installation: &str, token_id: i64) -> Result<(), Error> {
    let request = RevokeInstallationTokenRequest { installation_uuid: installation.into(), token_id };
    answer(service.tokens.clone().revoke_installation_token(with_deadline(request)).await).map(drop)
}

#[tokio::test]
async fn one_token_of_an_installation_is_revoked_without_the_others() {
    each(|service, _| async move {
        let (one, other) =
            (service.mint(INSTALLATION).await.unwrap(), service.mint(INSTALLATION).await.unwrap());
        let listed = of_installation(&service).await;
        assert_eq!(listed.iter().map(|token| token.id).collect::<Vec<_>>(), [one.id, other.id]);
        assert_eq!(listed[0].last_four, token::last_four(&one.token));
        let refused = revoke_one(&service, OTHER_INSTALLATION, one.id).await.unwrap_err();
        assert_eq!(refused.reason, "TOKEN_NOT_FOUND");
        let mut watcher = service.watch().await;
        revoke_one(&service, INSTALLATION, one.id).await.unwrap();
        assert_revoked(&mut watcher, &one.token).await;
        assert_eq!(service.subject(&one.token).await, Err(Inactive::Unknown));
        assert!(service.is_active(&other).await);
        assert!(revoke_one(&service, INSTALLATION, one.id).await.is_err());
        service.mint(INSTALLATION).await.expect("a further token can be created");
    })
    .await;
}

#[tokio::test]
async fn users_manage_their_own_tokens_in_a_session_and_grant_what_they_hold() {
    each(|service, _| async move {
        let jane = Caller::User(user(3));
        let pair = mint_as(&service, &jane, 3, &["event:write"]).await.unwrap();
        let refused = mint_as(&service, &jane, 3, &["org:write"]).await.unwrap_err();
        assert!(refused.fields[0].messages[0].starts_with("Requested permission of org:write exceeds"));
        let by_token = Caller::User(UserCaller { token_scopes: Some(ScopeSet::EMPTY), ..user(3) });
        for (caller, user_id) in [(&jane, 4), (&by_token, 3)] {
            assert_eq!(
                mint_as(&service, caller, user_id, &[]).await.unwrap_err().reason,
                "PERMISSION_DENIED"
            );
            assert_eq!(of_user(&service, caller, user_id).await.unwrap_err().reason, "PERMISSION_DENIED");
        }
        let listed = of_user(&service, &jane, 3).await.unwrap();
        assert_eq!((listed[0].id, listed[0].name.as_deref()), (pair.id, Some("ci")));
        assert!(of_user(&service, &Caller::Operator, 4).await.unwrap().is_empty());

        let revoke = |user_id| RevokeUserTokenRequest { user_id, token_id: pair.id };
        let others = service.tokens.clone().revoke_user_token(with_deadline(revoke(4))).await;
        assert_eq!(answer(others).unwrap_err().reason, "TOKEN_NOT_FOUND");
        service.tokens.clone().revoke_user_token(request_as(&jane, revoke(3))).await.unwrap();
        assert_eq!(service.subject(&pair.token).await, Err(Inactive::Unknown));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_has_at_most_a_hundred_tokens_and_all_are_revoked_together() {
    each(|service, _| async move {
        let operator = Caller::Operator;
        let outcomes = join_all((0..103).map(|_| mint_as(&service, &operator, 3, &[]))).await;
        let (made, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((made.len(), refused.len()), (100, 3));
        let request = RevokeUserRequest { user_id: 3 };
        let revoked =
            service.tokens.clone().revoke_user(with_deadline(request)).await.unwrap().into_inner().revoked;
        assert_eq!(revoked, 100);
        assert!(!service.is_active(made[0].as_ref().unwrap()).await);
    })
    .await;
}

#[tokio::test]
async fn the_tokens_of_an_app_follow_its_scopes_unless_they_have_expired() {
    each(|service, db| async move {
        let expired = service.first_pair().await;
        service.clock.advance(minutes(8 * 60));
        let (minted, elsewhere) =
            (service.mint(INSTALLATION).await.unwrap(), service.mint(OTHER_INSTALLATION).await.unwrap());
        let mut watcher = service.watch().await;
        let update =
            |app_id| with_deadline(UpdateAppScopesRequest { app_id, scopes: vec!["project:write".into()] });
        let changed =
            service.tokens.clone().update_app_scopes(update(APP)).await.unwrap().into_inner().changed;
        assert_eq!(changed, 2);
        for pair in [&minted, &elsewhere] {
            assert_eq!(service.introspect(&pair.token).await.scopes, ["project:read", "project:write"]);
        }
        let mut received = next_revoked(&mut watcher).await;
        while received.len() < 2 {
            received.extend(next_revoked(&mut watcher).await);
        }
        for pair in [&minted, &elsewhere] {
            assert!(received.contains(&token::hash(&pair.token).to_vec()));
        }
        let old: i64 = db
            .query("select count(*) from tokens where id = $1 and scopes <> $2")
            .bind(expired.id)
            .bind(patchbay_db::Json(vec!["project:read", "project:write"]))
            .fetch_scalar()
            .await
            .unwrap();
        assert_eq!(old, 1, "an expired token stays as it is");
        let again = service.tokens.clone().update_app_scopes(update(APP)).await.unwrap().into_inner().changed;
        let other = service.tokens.clone().update_app_scopes(update(OTHER_APP)).await.unwrap().into_inner();
        assert_eq!((again, other.changed), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn the_last_use_of_a_token_is_stored_once_a_minute() {
    each(|service, _| async move {
        let pair = service.mint(INSTALLATION).await.unwrap();
        assert_eq!(of_installation(&service).await[0].last_used_at, None);
        for _ in 0..3 {
            assert!(service.is_active(&pair).await);
        }
        assert_eq!(of_installation(&service).await[0].last_used_at, None, "not yet");
        let first = eventually(SOON, "the use is stored", async || {
            service.clock.advance(Duration::from_secs(10));
            of_installation(&service).await[0].last_used_at
        })
        .await;
        assert!(service.is_active(&pair).await);
        service.clock.advance(Duration::from_secs(61));
        let later = eventually(SOON, "a later use is stored", async || {
            assert!(service.is_active(&pair).await);
            service.clock.advance(Duration::from_secs(10));
            of_installation(&service).await[0].last_used_at.filter(|last| *last != first)
        })
        .await;
        assert!(later.seconds > first.seconds);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_assertions_leave_one_valid_token() {
    each(|service, _| async move {
        service.first_pair().await;
        let ids: Vec<_> = (0..10).map(|n| n.to_string()).collect();
        let outcomes = join_all(ids.iter().map(|id| service.refresh_by_assertion(INSTALLATION, id))).await;
        let mut live = 0;
        for outcome in outcomes {
            match outcome {
                Ok(pair) => live += usize::from(service.is_active(&pair).await),
                Err(error) => {
                    assert!(["REFRESH_IN_PROGRESS", "ALREADY_REFRESHED"].contains(&error.reason.as_ref()));
                }
            }
        }
        assert_eq!(live, 1);
        let limited = service.refresh_by_assertion(INSTALLATION, "one more").await.unwrap_err();
        assert_eq!(limited.reason, "TOO_MANY_REFRESHES");
        service.clock.advance(Duration::from_secs(60));
        let used = service.refresh_by_assertion(INSTALLATION, "0").await.unwrap_err();
        assert_eq!(
            (used.reason.as_ref(), used.message.as_str()),
            ("ASSERTION_USED", "JWT has already been used")
        );
        service.refresh_by_assertion(INSTALLATION, "new").await.unwrap();
    })
    .await;
}
