use std::time::Duration;

use futures::future::join_all;
use patchbay_db::Db;
use patchbay_domain::{Clock, token};

use crate::world::*;

/// Two replicas with one database and one time.
async fn two(db: &Db) -> (World, World) {
    let (clock, hand) = Clock::manual(midnight());
    let one = World::start_with(db, clock.clone(), hand.clone(), "0123456789abcdef").await;
    (one, World::start_with(db, clock, hand, "0123456789abcdef").await)
}

#[tokio::test]
async fn watchers_hear_of_every_way_in_which_a_token_ends() {
    on_each_engine(|world, _| async move {
        let first = world.first_pair().await;
        let mut watchers = [world.watch().await, world.watch().await];
        let second = world.refresh(&first).await.unwrap();
        for watcher in &mut watchers {
            assert_eq!(told(watcher).await, [token::hash(&first.token)]);
        }
        world.revoke(INSTALLATION).await;
        for watcher in &mut watchers {
            assert_eq!(told(watcher).await, [token::hash(&second.token)]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_revocation_is_heard_of_in_another_replica_within_a_second() {
    on_each_engine(|_, db| async move {
        let (here, there) = two(&db).await;
        let pair = here.first_pair().await;
        let mut watcher = there.watch().await;
        here.revoke(INSTALLATION).await;
        here.clock.advance(Duration::from_secs(1));
        assert_eq!(told(&mut watcher).await, [token::hash(&pair.token)]);
    })
    .await;
}

#[tokio::test]
async fn what_was_revoked_before_the_start_is_not_told_again() {
    on_each_engine(|world, db| async move {
        world.first_pair().await;
        world.revoke(INSTALLATION).await;
        let (here, there) = two(&db).await;
        let mut watcher = there.watch().await;
        let pair = here.mint(OTHER_INSTALLATION).await.unwrap();
        here.revoke(OTHER_INSTALLATION).await;
        here.clock.advance(Duration::from_secs(1));
        assert_eq!(told(&mut watcher).await, [token::hash(&pair.token)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_revocations_at_once_none_is_missed_or_told_twice() {
    on_each_engine(|_, db| async move {
        let (here, there) = two(&db).await;
        let installations: Vec<_> = (0..30).map(|n| format!("{n:08}-a9e2-4c85-8a3c-4f44175783c9")).collect();
        let mut expected = Vec::new();
        for installation in &installations {
            expected.push(token::hash(&here.mint(installation).await.unwrap().token).to_vec());
        }
        let mut watcher = there.watch().await;
        let replicas = [&here, &there];
        join_all(installations.iter().enumerate().map(|(n, uuid)| replicas[n % 2].revoke(uuid))).await;
        here.clock.advance(Duration::from_secs(1));
        let mut heard = Vec::new();
        while heard.len() < expected.len() {
            heard.extend(told(&mut watcher).await);
        }
        heard.sort();
        expected.sort();
        assert_eq!(heard, expected);
    })
    .await;
}
