use std::time::Duration;

use futures::future::join_all;
use patchbay_db::Db;
use patchbay_domain::token;
use patchbay_testkit::while_time_passes;

use crate::service::*;

/// Two replicas with one database and one clock.
async fn two(db: &Db) -> (Service, Service) {
    let one = Service::start(db).await;
    let other = one.replica(db).await;
    (one, other)
}

/// Replicas look for revocations once a second. One that is in the middle of it when the clock advances waits for the next second.
async fn after_a_second<T>(service: &Service, work: impl Future<Output = T>) -> T {
    while_time_passes(&service.clock, Duration::from_secs(1), "the other replica sends it", work).await
}

#[tokio::test]
async fn watchers_receive_refreshed_and_revoked_tokens() {
    each(|service, _| async move {
        let first = service.first_pair().await;
        let mut watchers = [service.watch().await, service.watch().await];
        let second = service.refresh(&first).await.unwrap();
        for watcher in &mut watchers {
            assert_eq!(next_revoked(watcher).await, [token::hash(&first.token)]);
        }
        service.revoke(INSTALLATION).await;
        for watcher in &mut watchers {
            assert_eq!(next_revoked(watcher).await, [token::hash(&second.token)]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_revocation_reaches_watchers_of_another_replica_within_a_second() {
    each(|_, db| async move {
        let (here, there) = two(&db).await;
        let pair = here.first_pair().await;
        let mut watcher = there.watch().await;
        here.revoke(INSTALLATION).await;
        let revoked = after_a_second(&here, next_revoked(&mut watcher)).await;
        assert_eq!(revoked, [token::hash(&pair.token)]);
    })
    .await;
}

#[tokio::test]
async fn revocations_before_the_start_are_not_sent_again() {
    each(|service, db| async move {
        service.first_pair().await;
        service.revoke(INSTALLATION).await;
        let (here, there) = two(&db).await;
        let mut watcher = there.watch().await;
        let pair = here.mint(OTHER_INSTALLATION).await.unwrap();
        here.revoke(OTHER_INSTALLATION).await;
        let revoked = after_a_second(&here, next_revoked(&mut watcher)).await;
        assert_eq!(revoked, [token::hash(&pair.token)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_revocations_are_each_sent_once() {
    each(|_, db| async move {
        let (here, there) = two(&db).await;
        let installations: Vec<_> = (0..30).map(|n| format!("{n:08}-a9e2-4c85-8a3c-4f44175783c9")).collect();
        let mut expected = Vec::new();
        for installation in &installations {
            expected.push(token::hash(&here.mint(installation).await.unwrap().token).to_vec());
        }
        let mut watcher = there.watch().await;
        let replicas = [&here, &there];
        join_all(installations.iter().enumerate().map(|(n, uuid)| replicas[n % 2].revoke(uuid))).await;
        let mut received = Vec::new();
        while received.len() < expected.len() {
            received.extend(after_a_second(&here, next_revoked(&mut watcher)).await);
        }
        received.sort();
        expected.sort();
        assert_eq!(received, expected);
    })
    .await;
}
