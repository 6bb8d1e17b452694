//! Processes are killed during their work.

use std::time::Duration;

use patchbay_tests::servers::{Embedded, Servers};
use rand::RngExt;
use rand::seq::SliceRandom;

use crate::{SOON, chance, healthy_and_flaky, no_process_ended, nothing_is_lost};

/// Each kill causes a few duplicates (webhooks that were sent but not recorded), regardless of the total
/// number.
const EVENTS: usize = 4_000;
const PER_SECOND: u32 = 250;

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
    nothing_is_lost(&scene, product).await;
    no_process_ended(&mut deployment);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_all_in_one_process_may_be_killed_at_any_moment() {
    let mut patchbay = Embedded::start(&SOON).await.unwrap();
    let scene = healthy_and_flaky(patchbay.access().await.unwrap()).await;
    let mut chance = chance();

    let product = scene.publish(EVENTS, PER_SECOND);
    for turn in 0..4 {
        product.reaches(20 * turn + chance.random_range(5..20)).await.unwrap();
        patchbay.program.kill().unwrap();
        patchbay.program.start().unwrap();
    }
    nothing_is_lost(&scene, product).await;
}
