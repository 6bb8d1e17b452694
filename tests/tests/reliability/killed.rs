//! Processes are killed during their work.

use std::time::Duration;

use patchbay_tests::product::Product;
use patchbay_tests::scene::Scene;
use patchbay_tests::servers::{Embedded, Servers};
use rand::RngExt;
use rand::seq::SliceRandom;

use crate::{SOON, all_accounted_for, chance, healthy_and_flaky, no_process_ended};

/// Webhooks that one process sends to one app at once, at most: `PATCHBAY_ENDPOINT_CONCURRENCY`.
const IN_PROGRESS: usize = 64;

const EVENTS: usize = 4_000;
const PER_SECOND: u32 = 250;
const KILLS: usize = 4;

/// Each at least once; those that events pass through more often.
const VICTIMS: [&str; 9] = [
    "installation",
    "auth-token",
    "tracker",
    "gateway",
    "event-fanout",
    "event-fanout",
    "webhook-sender",
    "webhook-sender",
    "webhook-sender",
];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and RabbitMQ; run by cargo xtask test"]
async fn any_service_may_be_killed_at_any_moment() {
    let servers = Servers::start().unwrap();
    let mut deployment = servers.deployment(&SOON).await.unwrap();
    let scene = healthy_and_flaky(deployment.access().await.unwrap()).await;
    let (mut chance, mut victims) = (chance(), VICTIMS);
    victims.shuffle(&mut chance);

    let product = scene.publish(EVENTS, PER_SECOND);
    for (turn, victim) in victims.into_iter().enumerate() {
        product.reaches(10 * turn + chance.random_range(3..10)).await.unwrap();
        deployment.program(victim).kill().unwrap();
        tokio::time::sleep(Duration::from_millis(chance.random_range(0..300))).await;
        deployment.program(victim).start().unwrap();
    }
    nothing_is_lost_by_kills(
        &scene,
        product,
        victims.iter().filter(|name| **name == "webhook-sender").count(),
    )
    .await;
    no_process_ended(&mut deployment);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_all_in_one_process_may_be_killed_at_any_moment() {
    let mut patchbay = Embedded::start(&SOON).await.unwrap();
    let scene = healthy_and_flaky(patchbay.access().await.unwrap()).await;
    let mut chance = chance();

    let product = scene.publish(EVENTS, PER_SECOND);
    for turn in 0..KILLS {
        product.reaches(20 * turn + chance.random_range(5..20)).await.unwrap();
        patchbay.program.kill().unwrap();
        patchbay.program.start().unwrap();
    }
    nothing_is_lost_by_kills(&scene, product, KILLS).await;
}

/// Every accepted event is accounted for. A killed sender leaves the webhooks that it sent but did not record, which are those
/// in progress at the two apps at most; how many these are depends on the speed of the machine, so only the bound is checked.
async fn nothing_is_lost_by_kills(scene: &Scene, product: Product, kills: usize) {
    let closed = all_accounted_for(scene, product).await;
    let most = kills * 2 * IN_PROGRESS;
    assert!(closed.duplicates <= most, "{} webhooks came twice after {kills} kills", closed.duplicates);
}
