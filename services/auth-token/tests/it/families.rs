use std::time::Duration;

use futures::future::{join, join_all, join4};
use patchbay_db::Db;
use patchbay_domain::{Clock, Error};
use patchbay_proto::auth_token::{Inactive, TokenPair};

use crate::world::*;

#[track_caller]
fn assert_not_found(outcome: Result<TokenPair, Error>) {
    assert_refused(outcome, 401, "REFRESH_TOKEN_NOT_FOUND", "Given refresh token does not exist");
}

async fn rows(db: &Db) -> i64 {
    db.query("select count(*) from tokens").fetch_scalar().await.unwrap()
}

#[tokio::test]
async fn a_refresh_ends_the_old_token_at_once() {
    on_each_engine(|world, _| async move {
        let old = world.first_pair().await;
        world.clock.advance(minutes(60));
        let new = world.refresh(&old).await.unwrap();
        assert_eq!(world.subject(&old.token).await, Err(Inactive::Unknown));
        assert!(world.is_active(&new).await);
        assert_ne!((old.token, old.refresh_token), (new.token.clone(), new.refresh_token.clone()));
        assert!(new.id > old.id);
        assert_eq!(new.created_at.unwrap().seconds, midnight().timestamp() + 3600);
        assert_eq!(new.expires_at.unwrap().seconds, midnight().timestamp() + 9 * 3600);
        assert_eq!(new.token.len(), 64);
    })
    .await;
}

#[tokio::test]
async fn an_expired_token_can_still_be_refreshed() {
    on_each_engine(|world, _| async move {
        let old = world.first_pair().await;
        world.clock.advance(minutes(60 * 24 * 30));
        assert_eq!(world.subject(&old.token).await, Err(Inactive::Expired));
        assert!(world.is_active(&world.refresh(&old).await.unwrap()).await);
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_is_given_again_for_a_minute() {
    on_each_engine(|world, db| async move {
        let old = world.first_pair().await;
        let new = world.refresh(&old).await.unwrap();
        world.clock.advance(Duration::from_secs(60));
        assert_eq!(world.refresh(&old).await.unwrap(), new, "to the last field");
        assert_eq!(rows(&db).await, 2, "one rotation");
        assert!(world.is_active(&world.refresh(&new).await.unwrap()).await);
    })
    .await;
}

#[tokio::test]
async fn the_answer_is_the_same_from_a_replica_that_has_not_seen_the_first() {
    on_each_engine(|world, db| async move {
        let old = world.first_pair().await;
        let new = world.refresh(&old).await.unwrap();
        assert_eq!(World::start(&db).await.refresh(&old).await.unwrap(), new);
    })
    .await;
}

#[tokio::test]
async fn a_used_refresh_token_that_comes_back_too_late_ends_the_family() {
    on_each_engine(|world, db| async move {
        let stolen = world.first_pair().await;
        let bystander = world.first_pair().await;
        let present = world.refresh(&stolen).await.unwrap();
        world.clock.advance(Duration::from_secs(60) + Duration::from_micros(1));
        let mut watcher = world.watch().await;
        let outcome = world.refresh(&stolen).await;
        assert_refused(outcome, 401, "REFRESH_TOKEN_REUSED", "Given refresh token does not exist");
        assert_eq!(world.subject(&present.token).await, Err(Inactive::Unknown));
        assert_not_found(world.refresh(&present).await);
        assert_not_found(world.refresh(&stolen).await);
        assert_told(&mut watcher, &present.token).await;
        assert!(world.is_active(&bystander).await, "another family of the same installation lives on");
        assert_eq!(rows(&db).await, 1);
        assert!(world.metrics.encode().contains("patchbay_auth_token_families_ended_total 1\n"));
    })
    .await;
}

#[tokio::test]
async fn a_straggler_whose_successor_was_used_gets_nothing_and_harms_nobody() {
    on_each_engine(|world, _| async move {
        let first = world.first_pair().await;
        let second = world.refresh(&first).await.unwrap();
        let third = world.refresh(&second).await.unwrap();
        assert_not_found(world.refresh(&first).await);
        assert!(world.is_active(&third).await);
        assert_eq!(world.subject(&second.token).await, Err(Inactive::Unknown), "not resurrected");
        assert_eq!(world.refresh(&second).await.unwrap(), third, "its own window is still open");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_refreshes_get_the_same_pair_from_one_rotation() {
    on_each_engine(|world, db| async move {
        let mut pair = world.first_pair().await;
        for round in 1..=5 {
            let outcomes = join_all((0..10).map(|_| world.refresh(&pair))).await;
            pair = outcomes[0].clone().unwrap();
            for outcome in outcomes {
                assert_eq!(outcome.unwrap(), pair);
            }
            assert!(world.is_active(&pair).await);
            assert_eq!(rows(&db).await, 1 + round);
            world.clock.advance(minutes(1));
        }
        let metrics = world.metrics.encode();
        assert!(
            metrics.contains("patchbay_auth_token_refreshes_total{outcome=\"rotated\"} 5\n"),
            "{metrics}"
        );
        assert!(
            metrics.contains("patchbay_auth_token_refreshes_total{outcome=\"repeated\"} 45\n"),
            "{metrics}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_refresh_token_of_somebody_else_is_refused() {
    on_each_engine(|world, _| async move {
        let pair = world.first_pair().await;
        let secret = pair.refresh_token.clone().unwrap();
        assert_refused(
            world.refresh_as(OTHER_APP, INSTALLATION, &secret).await,
            400,
            "REFRESH_TOKEN_FOREIGN",
            "Token does not belong to the application",
        );
        assert_not_found(world.refresh_as(APP, OTHER_INSTALLATION, &secret).await);
        for unknown in ["", "nonsense", &pair.token, "\0", &"x".repeat(100_000)] {
            assert_not_found(world.refresh_as(APP, INSTALLATION, unknown).await);
        }
        assert!(world.is_active(&pair).await, "nothing of this did any harm");
        world.refresh(&pair).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_eleventh_refresh_within_a_minute_is_refused() {
    on_each_engine(|world, _| async move {
        let mut pair = world.first_pair().await;
        for _ in 0..10 {
            pair = world.refresh(&pair).await.unwrap();
        }
        let outcome = world.refresh(&pair).await;
        assert_refused(outcome, 429, "TOO_MANY_REFRESHES", "Too many token refresh attempts");
        assert!(world.is_active(&pair).await);
        world.clock.advance(Duration::from_secs(60));
        world.refresh(&pair).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn after_a_change_of_the_key_tokens_are_refreshed_but_lost_answers_are_not_repeated() {
    on_each_engine(|world, db| async move {
        let old = world.first_pair().await;
        let new = world.refresh(&old).await.unwrap();
        let (clock, hand) = Clock::manual(midnight());
        let world = World::start_with(&db, clock, hand, "another key of 16").await;
        assert_not_found(world.refresh(&old).await);
        assert!(world.is_active(&new).await);
        world.refresh(&new).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn while_the_old_key_is_known_a_change_of_the_key_leaves_no_trace() {
    on_each_engine(|world, db| async move {
        let old = world.first_pair().await;
        let new = world.refresh(&old).await.unwrap();
        let grant = world.create_grant(INSTALLATION).await;
        let world = World::with_a_new_key(&db).await;
        assert_eq!(world.refresh(&old).await.unwrap(), new, "the lost answer");
        assert_eq!(world.create_grant(INSTALLATION).await, grant, "the same, with its code");
        let newest = world.refresh(&new).await.unwrap();
        assert_eq!(world.refresh(&new).await.unwrap(), newest, "derived with the new key");
        world.exchange(&grant.code).await.unwrap();
    })
    .await;
}

/// Locks of rows alone would let the token survive that a refresh inserts while the revocation waits for it, and without a
/// memory of the end one that is minted a moment later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_survives_a_revocation_that_races_with_whatever_makes_tokens() {
    on_each_engine(|world, db| async move {
        for n in 0..15 {
            let uuid = format!("{n:08}-a9e2-4c85-8a3c-4f44175783c9");
            let code = world.create_grant(&uuid).await.code;
            let pair = world.exchange_as(APP, &uuid, &code).await.unwrap();
            let code = world.create_grant(&uuid).await.code;
            let refresh_token = pair.refresh_token.as_deref().unwrap();
            let made = join4(
                world.refresh_as(APP, &uuid, refresh_token),
                world.exchange_as(APP, &uuid, &code),
                world.mint(&uuid),
                world.refresh_by_assertion(&uuid, "a"),
            );
            let (made, revoked) = join(made, world.revoke(&uuid)).await;
            assert!(revoked >= 1);
            for survivor in <[_; 4]>::from(made).into_iter().flatten() {
                assert_eq!(world.subject(&survivor.token).await, Err(Inactive::Unknown));
            }
            assert_eq!(rows(&db).await, 0);
            assert_eq!(world.mint(&uuid).await.unwrap_err().reason, "INSTALLATION_ENDED");
            world.clock.advance(Duration::from_secs(60));
        }
    })
    .await;
}
