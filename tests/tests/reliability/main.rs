//! During faults of Patchbay, its servers or the receivers no event is lost, there are few duplicates, the
//! ledger is exact, healthy apps get everything, and only killed processes have to be restarted.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a fault by chance, and ids that no other test has")]
#![expect(clippy::print_stderr, reason = "a fault that was found by chance has to be found again")]

mod broker;
mod crowded;
mod database;
mod disk_full;
mod killed;
mod receivers;
mod removal;
mod shared_connections;
mod small_disk;

use std::time::Duration;

use patchbay_tests::Deployment;
use patchbay_tests::endpoint::{Conduct, Endpoint};
use patchbay_tests::product::Product;
use patchbay_tests::scene::{Access, Closed, Expected, Scene};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// Short retries and recovery times. The claims of a killed sender have to expire, and the
/// longest attempt determines the duration of a claim.
const SOON: [(&str, &str); 5] = [
    ("RETRY_SCHEDULE", "1s,1s,2s,2s,5s,5s"),
    ("FANOUT_RECOVER_AFTER", "2s"),
    ("BREAKER_PROBE_PAUSE", "2s"),
    ("BREAKER_PROBE_PAUSE_MAX", "2s"),
    ("WEBHOOK_TIMEOUT", "2s"),
];

/// How long the ledger may stay open after the last event was accepted.
const PATIENCE: Duration = Duration::from_secs(240);

const EVENTS: usize = 800;
const PER_SECOND: u32 = 200;

/// A random generator whose seed is printed and can be set: `PATCHBAY_TEST_SEED=<number>`.
fn chance() -> StdRng {
    let given = std::env::var("PATCHBAY_TEST_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed = given.unwrap_or_else(rand::random);
    eprintln!("PATCHBAY_TEST_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

/// An organization with a healthy app and an app that refuses or resets every third request.
async fn healthy_and_flaky(access: Access) -> Scene {
    let mut scene = Scene::new(access).await.unwrap();
    let healthy = Endpoint::start(|_| Conduct::Take).await.unwrap();
    scene.app("healthy", Expected::All, healthy).await.unwrap();
    let flaky = Endpoint::start(|number| match number % 6 {
        0 => Conduct::Reset,
        3 => Conduct::Answer(503),
        _ => Conduct::Take,
    });
    scene.app("flaky", Expected::Ended, flaky.await.unwrap()).await.unwrap();
    scene
}

/// Checks that every accepted event is accounted for, and that there are few duplicates.
async fn nothing_is_lost(scene: &Scene, product: Product) {
    all_accounted_for(scene, product).await.with_few_duplicates().unwrap();
}

/// Waits until every accepted event is accounted for.
async fn all_accounted_for(scene: &Scene, product: Product) -> Closed {
    let accepted = product.event_ids().await.unwrap();
    let closed = scene.closes(&accepted, PATIENCE).await.unwrap();
    eprintln!("{closed}");
    closed
}

fn no_process_ended(deployment: &mut Deployment) {
    assert!(deployment.ended().is_empty(), "{:?} ended", deployment.ended());
}
