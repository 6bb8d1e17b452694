use std::time::Duration;

use futures::future::{join, join_all, join4};
use patchbay_db::Db;
use patchbay_domain::Error;
use patchbay_proto::auth_token::{Inactive, TokenPair};

use crate::service::*;

#[track_caller]
fn assert_not_found(outcome: Result<TokenPair, Error>) {
    assert_refused(outcome, 401, "REFRESH_TOKEN_NOT_FOUND", "Given refresh token does not exist");
}

async fn rows(db: &Db) -> i64 {
    db.query("select count(*) from tokens").fetch_scalar().await.unwrap()
}

#[tokio::test]
async fn a_refresh_ends_the_old_token_at_once() {
    each(|service, _| async move {
        let old = service.first_pair().await;
        service.clock.advance(minutes(60));
        let new = service.refresh(&old).await.unwrap();
        assert_eq!(service.subject(&old.token).await, Err(Inactive::Unknown));
        assert!(service.is_active(&new).await);
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
    each(|service, _| async move {
        let old = service.first_pair().await;
        service.clock.advance(minutes(60 * 24 * 30));
        assert_eq!(service.subject(&old.token).await, Err(Inactive::Expired));
        assert!(service.is_active(&service.refresh(&old).await.unwrap()).await);
    })
    .await;
}

#[tokio::test]
async fn a_lost_response_is_repeated_for_a_minute() {
    each(|service, db| async move {
        let old = service.first_pair().await;
        let new = service.refresh(&old).await.unwrap();
        service.clock.advance(Duration::from_secs(60));
        assert_eq!(service.refresh(&old).await.unwrap(), new, "all fields are equal");
        assert_eq!(rows(&db).await, 2, "the token was rotated once");
        assert!(service.is_active(&service.refresh(&new).await.unwrap()).await);
    })
    .await;
}

#[tokio::test]
async fn another_replica_repeats_the_same_response() {
    each(|service, db| async move {
        let old = service.first_pair().await;
        let new = service.refresh(&old).await.unwrap();
        assert_eq!(Service::start(&db).await.refresh(&old).await.unwrap(), new);
    })
    .await;
}

#[tokio::test]
async fn a_used_refresh_token_presented_too_late_ends_the_family() {
    each(|service, db| async move {
        let stolen = service.first_pair().await;
        let bystander = service.first_pair().await;
        let present = service.refresh(&stolen).await.unwrap();
        service.clock.advance(Duration::from_secs(60) + Duration::from_micros(1));
        let mut watcher = service.watch().await;
        let outcome = service.refresh(&stolen).await;
        assert_refused(outcome, 401, "REFRESH_TOKEN_REUSED", "Given refresh token does not exist");
        assert_eq!(service.subject(&present.token).await, Err(Inactive::Unknown));
        assert_not_found(service.refresh(&present).await);
        assert_not_found(service.refresh(&stolen).await);
        assert_revoked(&mut watcher, &present.token).await;
        assert!(service.is_active(&bystander).await, "another family of the same installation stays valid");
        assert_eq!(rows(&db).await, 1);
        assert!(service.metrics.encode().contains("patchbay_auth_token_families_ended_total 1\n"));
    })
    .await;
}

#[tokio::test]
async fn a_late_duplicate_whose_successor_was_refreshed_is_refused_without_harm() {
    each(|service, _| async move {
        let first = service.first_pair().await;
        let second = service.refresh(&first).await.unwrap();
        let third = service.refresh(&second).await.unwrap();
        assert_not_found(service.refresh(&first).await);
        assert!(service.is_active(&third).await);
        assert_eq!(
            service.subject(&second.token).await,
            Err(Inactive::Unknown),
            "a replaced token stays invalid"
        );
        assert_eq!(service.refresh(&second).await.unwrap(), third, "its own retry window is still open");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_refreshes_get_the_same_pair_from_one_rotation() {
    each(|service, db| async move {
        let mut pair = service.first_pair().await;
        for round in 1..=5 {
            let outcomes = join_all((0..10).map(|_| service.refresh(&pair))).await;
            pair = outcomes[0].clone().unwrap();
            for outcome in outcomes {
                assert_eq!(outcome.unwrap(), pair);
            }
            assert!(service.is_active(&pair).await);
            assert_eq!(rows(&db).await, 1 + round);
            service.clock.advance(minutes(1));
        }
        let metrics = service.metrics.encode();
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
async fn the_refresh_token_of_another_app_is_refused() {
    each(|service, _| async move {
        let pair = service.first_pair().await;
        let secret = pair.refresh_token.clone().unwrap();
        assert_refused(
            service.refresh_as(OTHER_APP, INSTALLATION, &secret).await,
            400,
            "REFRESH_TOKEN_FOREIGN",
            "Token does not belong to the application",
        );
        assert_not_found(service.refresh_as(APP, OTHER_INSTALLATION, &secret).await);
        for unknown in ["", "nonsense", &pair.token, "\0", &"x".repeat(100_000)] {
            assert_not_found(service.refresh_as(APP, INSTALLATION, unknown).await);
        }
        assert!(service.is_active(&pair).await, "the refusals left the token valid");
        service.refresh(&pair).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_eleventh_refresh_within_a_minute_is_refused() {
    each(|service, _| async move {
        let mut pair = service.first_pair().await;
        for _ in 0..10 {
            pair = service.refresh(&pair).await.unwrap();
        }
        let outcome = service.refresh(&pair).await;
        assert_eq!(outcome.as_ref().unwrap_err().retry_after, Some(Duration::from_secs(60)));
        assert_refused(outcome, 429, "TOO_MANY_REFRESHES", "Too many token refresh attempts");
        assert!(service.is_active(&pair).await);
        service.clock.advance(Duration::from_secs(60));
        service.refresh(&pair).await.unwrap();
    })
    .await;
}

/// An app that lost the response to a refresh, and repeats it as a client does that honours `Retry-After`.
#[tokio::test]
async fn an_app_that_waits_as_told_gets_the_lost_response_and_keeps_its_family() {
    each(|service, _| async move {
        let mut pair = service.first_pair().await;
        for (pause, told) in [(0, 55), (1, 45), (5, 5)] {
            service.clock.advance(minutes(10));
            let lost = service.refresh(&pair).await.unwrap();
            let refusal = loop {
                service.clock.advance(Duration::from_secs(pause));
                match service.refresh(&pair).await {
                    Ok(repeated) => assert_eq!(repeated, lost),
                    Err(refusal) => break refusal,
                }
            };
            assert_eq!(refusal.reason, "TOO_MANY_REFRESHES");
            assert_eq!(refusal.retry_after, Some(Duration::from_secs(told)), "one try each {pause} s");
            service.clock.advance(Duration::from_secs(told));
            assert_eq!(service.refresh(&pair).await.unwrap(), lost);
            assert!(service.is_active(&lost).await);
            pair = lost;
        }
    })
    .await;
}

#[tokio::test]
async fn after_a_change_of_the_key_tokens_are_refreshed_but_lost_responses_are_not_repeated() {
    each(|service, db| async move {
        let old = service.first_pair().await;
        let new = service.refresh(&old).await.unwrap();
        let service = Service::with_key(&db, "another key of 16").await;
        assert_not_found(service.refresh(&old).await);
        assert!(service.is_active(&new).await);
        service.refresh(&new).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn while_the_old_key_is_configured_a_change_of_the_key_has_no_effect() {
    each(|service, db| async move {
        let old = service.first_pair().await;
        let new = service.refresh(&old).await.unwrap();
        let grant = service.create_grant(INSTALLATION).await;
        let service = Service::with_a_new_key(&db).await;
        assert_eq!(service.refresh(&old).await.unwrap(), new, "the lost response");
        assert_eq!(service.create_grant(INSTALLATION).await, grant, "the grant and its code are unchanged");
        let newest = service.refresh(&new).await.unwrap();
        assert_eq!(service.refresh(&new).await.unwrap(), newest, "the new pair is derived from the new key");
        service.exchange(&grant.code).await.unwrap();
    })
    .await;
}

/// With row locks only, a token would survive that a refresh inserts while the revocation waits. Without the record of the ended
/// installation, a token would survive that is minted afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_survives_a_revocation_in_parallel_with_rpcs_that_create_tokens() {
    each(|service, db| async move {
        for n in 0..15 {
            let uuid = format!("{n:08}-a9e2-4c85-8a3c-4f44175783c9");
            let code = service.create_grant(&uuid).await.code;
            let pair = service.exchange_as(APP, &uuid, &code).await.unwrap();
            let code = service.create_grant(&uuid).await.code;
            let refresh_token = pair.refresh_token.as_deref().unwrap();
            let made = join4(
                service.refresh_as(APP, &uuid, refresh_token),
                service.exchange_as(APP, &uuid, &code),
                service.mint(&uuid),
                service.refresh_by_assertion(&uuid, "a"),
            );
            let (made, revoked) = join(made, service.revoke(&uuid)).await;
            assert!(revoked >= 1);
            for survivor in <[_; 4]>::from(made).into_iter().flatten() {
                assert_eq!(service.subject(&survivor.token).await, Err(Inactive::Unknown));
            }
            assert_eq!(rows(&db).await, 0);
            assert_eq!(service.mint(&uuid).await.unwrap_err().reason, "INSTALLATION_ENDED");
            service.clock.advance(Duration::from_secs(60));
        }
    })
    .await;
}
