use futures::future::join_all;
use patchbay_proto::auth_token::introspect_response::Subject;
use patchbay_proto::auth_token::{InstallationSubject, MintUserTokenRequest, TokenPair};

use crate::service::*;

async fn mint_user_token(
    service: &Service,
    scopes: &[&str],
    name: &str,
) -> Result<TokenPair, patchbay_domain::Error> {
    let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    let request = MintUserTokenRequest { user_id: 3, scopes, name: name.into() };
    answer(service.tokens.clone().mint_user_token(with_deadline(request)).await)
}

#[tokio::test]
async fn a_token_of_an_internal_app_never_expires_and_cannot_be_refreshed() {
    each(|service, _| async move {
        let pair = service.mint(INSTALLATION).await.unwrap();
        assert_eq!((pair.expires_at, &pair.refresh_token, pair.token.len()), (None, &None, 64));
        service.clock.advance(minutes(60 * 24 * 3650));
        let subject = service.subject(&pair.token).await.unwrap();
        let expected = InstallationSubject {
            installation_uuid: INSTALLATION.into(),
            app_id: APP,
            organization_id: ORGANIZATION,
        };
        assert_eq!(subject, Subject::Installation(expected));
        assert_eq!(service.introspect(&pair.token).await.scopes, ["org:read"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_has_at_most_twenty_tokens_also_with_parallel_requests() {
    each(|service, _| async move {
        let outcomes = join_all((0..25).map(|_| service.mint(INSTALLATION))).await;
        let (made, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((made.len(), refused.len()), (20, 5));
        for outcome in refused {
            assert_refused(
                outcome,
                403,
                "TOO_MANY_TOKENS",
                "Cannot generate more than 20 tokens for a single integration",
            );
        }
        service.mint(OTHER_INSTALLATION).await.expect("another installation has its own twenty");
        assert_eq!(service.revoke(INSTALLATION).await, 20);
        assert_refused(
            service.mint(INSTALLATION).await,
            404,
            "INSTALLATION_ENDED",
            "Could not find given sentry app installation",
        );
    })
    .await;
}

#[tokio::test]
async fn a_personal_token_has_its_prefix_and_its_user() {
    each(|service, _| async move {
        let pair = mint_user_token(&service, &["project:write"], " ci ").await.unwrap();
        assert!(pair.token.starts_with("sntryu_"));
        assert_eq!(pair.token.len(), 7 + 64);
        let found = service.introspect(&pair.token).await;
        assert_eq!(found.subject, Some(Subject::UserTokenOf(3)));
        assert_eq!(found.scopes, ["project:read", "project:write"]);
        assert_eq!(found.token_id, pair.id);
    })
    .await;
}

#[tokio::test]
async fn a_personal_token_with_an_unknown_scope_or_too_long_a_name_is_refused() {
    each(|service, db| async move {
        let outcome = mint_user_token(&service, &["org:read", "org:fly"], "").await;
        assert_refused(outcome, 400, "UNKNOWN_SCOPE", "org:fly not a valid scope");
        let refused = mint_user_token(&service, &[], &"x".repeat(256)).await.unwrap_err();
        assert_eq!(refused.fields[0].field, "name");
        let rows: i64 = db.query("select count(*) from tokens").fetch_scalar().await.unwrap();
        assert_eq!(rows, 0);
    })
    .await;
}

#[tokio::test]
async fn revoking_an_installation_ends_its_grant_and_tokens_and_can_be_repeated() {
    each(|service, _| async move {
        let first = service.first_pair().await;
        let refreshed = service.refresh(&first).await.unwrap();
        let minted = service.mint(INSTALLATION).await.unwrap();
        let other = service.mint(OTHER_INSTALLATION).await.unwrap();
        let grant = service.create_grant(INSTALLATION).await;
        assert_eq!(service.revoke(INSTALLATION).await, 2, "the replaced token had ended before");
        assert!(!service.is_active(&refreshed).await && !service.is_active(&minted).await);
        assert!(service.is_active(&other).await);
        for outcome in [service.exchange(&grant.code).await, service.refresh(&first).await] {
            let ended = "Could not find given sentry app installation";
            assert_refused(outcome, 404, "INSTALLATION_ENDED", ended);
        }
        assert_eq!(service.revoke(INSTALLATION).await, 0);
    })
    .await;
}
