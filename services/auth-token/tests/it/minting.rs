use futures::future::join_all;
use patchbay_proto::auth_token::introspect_response::Subject;
use patchbay_proto::auth_token::{InstallationSubject, MintUserTokenRequest, TokenPair};

use crate::world::*;

async fn mint_user_token(
    world: &World,
    scopes: &[&str],
    name: &str,
) -> Result<TokenPair, patchbay_domain::Error> {
    let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    let asked = MintUserTokenRequest { user_id: 3, scopes, name: name.into() };
    answer(world.tokens.clone().mint_user_token(slow(asked)).await)
}

#[tokio::test]
async fn a_token_of_an_internal_app_never_expires_and_cannot_be_refreshed() {
    on_each_engine(|world, _| async move {
        let pair = world.mint(INSTALLATION).await.unwrap();
        assert_eq!((pair.expires_at, &pair.refresh_token, pair.token.len()), (None, &None, 64));
        world.clock.advance(minutes(60 * 24 * 3650));
        let subject = world.subject(&pair.token).await.unwrap();
        let expected = InstallationSubject {
            installation_uuid: INSTALLATION.into(),
            app_id: APP,
            organization_id: ORGANIZATION,
        };
        assert_eq!(subject, Subject::Installation(expected));
        assert_eq!(world.introspect(&pair.token).await.scopes, ["org:read"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_has_twenty_tokens_at_most_however_they_are_asked_for() {
    on_each_engine(|world, _| async move {
        let outcomes = join_all((0..25).map(|_| world.mint(INSTALLATION))).await;
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
        world.mint(OTHER_INSTALLATION).await.expect("another installation has its own twenty");
        assert_eq!(world.revoke(INSTALLATION).await, 20);
        assert_refused(
            world.mint(INSTALLATION).await,
            404,
            "INSTALLATION_ENDED",
            "Could not find given sentry app installation",
        );
    })
    .await;
}

#[tokio::test]
async fn a_personal_token_says_whose_it_is_by_its_prefix_and_introspection() {
    on_each_engine(|world, _| async move {
        let pair = mint_user_token(&world, &["project:write"], " ci ").await.unwrap();
        assert!(pair.token.starts_with("sntryu_"));
        assert_eq!(pair.token.len(), 7 + 64);
        let found = world.introspect(&pair.token).await;
        assert_eq!(found.subject, Some(Subject::UserTokenOf(3)));
        assert_eq!(found.scopes, ["project:read", "project:write"]);
        assert_eq!(found.token_id, pair.id);
    })
    .await;
}

#[tokio::test]
async fn a_personal_token_with_an_unknown_scope_or_an_endless_name_is_not_made() {
    on_each_engine(|world, db| async move {
        let outcome = mint_user_token(&world, &["org:read", "org:fly"], "").await;
        assert_refused(outcome, 400, "UNKNOWN_SCOPE", "org:fly not a valid scope");
        let refused = mint_user_token(&world, &[], &"x".repeat(256)).await.unwrap_err();
        assert_eq!(refused.fields[0].field, "name");
        let rows: i64 = db.query("select count(*) from tokens").fetch_scalar().await.unwrap();
        assert_eq!(rows, 0);
    })
    .await;
}

#[tokio::test]
async fn revoking_ends_the_grant_and_every_token_and_repeating_it_nothing() {
    on_each_engine(|world, _| async move {
        let first = world.first_pair().await;
        let refreshed = world.refresh(&first).await.unwrap();
        let minted = world.mint(INSTALLATION).await.unwrap();
        let other = world.mint(OTHER_INSTALLATION).await.unwrap();
        let grant = world.create_grant(INSTALLATION).await;
        assert_eq!(world.revoke(INSTALLATION).await, 2, "the replaced token had ended before");
        assert!(!world.is_active(&refreshed).await && !world.is_active(&minted).await);
        assert!(world.is_active(&other).await);
        for outcome in [world.exchange(&grant.code).await, world.refresh(&first).await] {
            let ended = "Could not find given sentry app installation";
            assert_refused(outcome, 404, "INSTALLATION_ENDED", ended);
        }
        assert_eq!(world.revoke(INSTALLATION).await, 0);
    })
    .await;
}
