//! The disk of the database is full and later free again.

use std::time::Duration;

use patchbay_testkit::eventually;
use patchbay_tests::product::Product;
use patchbay_tests::servers::{Embedded, Servers};

use crate::small_disk::SmallDisk;
use crate::{EVENTS, PER_SECOND, SOON, healthy_and_flaky, no_process_ended, nothing_is_lost};

/// How long the disk stays full after the first refused event.
const FULL_FOR: Duration = Duration::from_secs(4);

/// Fills the disk during the load, until no event is accepted and a while longer.
async fn is_full_for_a_while(disk: &SmallDisk, product: &Product) {
    product.reaches(40).await.unwrap();
    disk.fill();
    let mut before = usize::MAX;
    eventually(Duration::from_secs(60), "events are refused", async || {
        let accepted = product.accepted();
        tokio::time::sleep(Duration::from_millis(500)).await;
        (std::mem::replace(&mut before, accepted) == accepted).then_some(())
    })
    .await;
    tokio::time::sleep(FULL_FOR).await;
    disk.free();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, RabbitMQ and root; run by cargo xtask test"]
async fn the_disk_of_the_database_server_may_be_full_for_a_while() {
    let disk = SmallDisk::mount(256);
    let mut servers = Servers::with_postgres_in(&disk.path().join("postgres")).unwrap();
    let mut deployment = servers.deployment(&SOON).await.unwrap();
    let scene = healthy_and_flaky(deployment.access().await.unwrap()).await;

    let product = scene.publish(EVENTS, PER_SECOND);
    is_full_for_a_while(&disk, &product).await;
    // PostgreSQL stops if it cannot write its log. Its operator then has to start it, and nothing else.
    if !servers.postgres.is_running() {
        servers.postgres.restart().unwrap();
    }
    nothing_is_lost(&scene, product).await;
    no_process_ended(&mut deployment);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs root; run by cargo xtask test"]
async fn the_disk_of_the_all_in_one_process_may_be_full_for_a_while() {
    let disk = SmallDisk::mount(128);
    let mut patchbay = Embedded::with_data_in(&disk.path().join("data"), &SOON).await.unwrap();
    let scene = healthy_and_flaky(patchbay.access().await.unwrap()).await;

    let product = scene.publish(EVENTS, PER_SECOND);
    is_full_for_a_while(&disk, &product).await;
    nothing_is_lost(&scene, product).await;
    assert!(!patchbay.program.has_ended(), "{}", patchbay.program.log_tail());
}
