//! PostgreSQL is restarted, cleanly and by force.

use std::time::Duration;

use patchbay_test_servers::Shutdown;
use patchbay_tests::servers::Servers;
use rand::RngExt;

use crate::{EVENTS, PER_SECOND, SOON, chance, healthy_and_flaky, no_process_ended, nothing_is_lost};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and RabbitMQ; run by cargo xtask test"]
async fn the_database_may_be_restarted_in_every_way() {
    let mut servers = Servers::start().unwrap();
    let mut deployment = servers.deployment(&SOON).await.unwrap();
    let scene = healthy_and_flaky(deployment.access().await.unwrap()).await;
    let mut chance = chance();

    let product = scene.publish(EVENTS, PER_SECOND);
    // The last outage is longer than every timeout.
    let ways = [(Shutdown::Fast, 0..500), (Shutdown::Immediate, 0..500), (Shutdown::Kill, 8_000..10_000)];
    for (turn, (way, away_millis)) in ways.into_iter().enumerate() {
        product.reaches(25 * turn + chance.random_range(5..25)).await.unwrap();
        servers.postgres.stop(way);
        tokio::time::sleep(Duration::from_millis(chance.random_range(away_millis))).await;
        servers.postgres.restart().unwrap();
    }
    nothing_is_lost(&scene, product).await;
    no_process_ended(&mut deployment);
}
