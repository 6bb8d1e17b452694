//! RabbitMQ is killed and connections to it break.

use std::time::Duration;

use patchbay_tests::servers::Servers;
use rand::RngExt;

use crate::{EVENTS, PER_SECOND, SOON, chance, healthy_and_flaky, no_process_ended, nothing_is_lost};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and RabbitMQ; run by cargo xtask test"]
async fn connections_to_the_broker_may_break_and_the_broker_may_be_killed() {
    let mut servers = Servers::start().unwrap();
    let (proxy, backends) = servers.behind_a_proxy().await.unwrap();
    let mut deployment = servers.deployment_by(backends, &SOON).await.unwrap();
    let scene = healthy_and_flaky(deployment.access().await.unwrap()).await;
    let mut chance = chance();

    let product = scene.publish(EVENTS, PER_SECOND);
    for turn in 0..6 {
        product.reaches(10 * turn + chance.random_range(3..10)).await.unwrap();
        proxy.cut();
        tokio::time::sleep(Duration::from_millis(chance.random_range(0..1000))).await;
        proxy.restore();
    }
    product.reaches(chance.random_range(65..80)).await.unwrap();
    servers.rabbitmq.kill();
    servers.rabbitmq.restart().unwrap();
    nothing_is_lost(&scene, product).await;
    no_process_ended(&mut deployment);
}
