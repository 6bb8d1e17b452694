//! Harmful receivers beside a healthy one.

use std::net::SocketAddr;

use patchbay_test_servers::is_root;
use patchbay_tests::endpoint::{Conduct, ELSEWHERE, Endpoint};
use patchbay_tests::memory::peak_mib;
use patchbay_tests::scene::{Access, Expected, Scene};
use patchbay_tests::servers::{Embedded, Servers};

use crate::{PATIENCE, PER_SECOND, SOON, no_process_ended};

const EVENTS: usize = 500;
/// All responses together have 50 GB.
const MOST_MIB: f64 = 150.0;
/// Short attempts, so that retries follow soon.
const HURRY: [(&str, &str); 2] = [("WEBHOOK_TIMEOUT", "1s"), ("RETRY_SCHEDULE", "1s,1s")];

/// Runs apps that do harm in different ways and a healthy app. The healthy app gets everything, and the
/// memory of the process `sender` stays small.
async fn no_receiver_harms_another_one(access: Access, sender: u32) {
    let mut scene = Scene::new(access).await.unwrap();
    for (name, conduct, expected) in [
        ("healthy", Conduct::Take, Expected::All),
        ("answers 100 MB", Conduct::TakeAtLength, Expected::All),
        ("drips a byte a second", Conduct::Drip, Expected::Accounted),
        ("resets connections", Conduct::Reset, Expected::Accounted),
    ] {
        scene.app(name, expected, Endpoint::start(move |_| conduct).await.unwrap()).await.unwrap();
    }

    let accepted = scene.publish(EVENTS, PER_SECOND).event_ids().await.unwrap();
    let closed = scene.closes(&accepted, PATIENCE).await.unwrap();
    eprintln!("{closed}; at most {} MiB", peak_mib(sender));
    for name in ["drips a byte a second", "resets connections"] {
        let account = closed.accounts[name];
        assert!(account.delivered == 0 && account.pending + account.dead == EVENTS, "{name}: {account:?}");
    }
    closed.with_few_duplicates().unwrap();
    assert!(peak_mib(sender) < MOST_MIB, "{} MiB", peak_mib(sender));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and RabbitMQ; run by cargo xtask test"]
async fn no_receiver_harms_another_one_of_a_deployment() {
    let servers = Servers::start().unwrap();
    let mut deployment = servers.deployment(&[&SOON[..], &HURRY].concat()).await.unwrap();
    let sender = deployment.program("webhook-sender").pid().unwrap();
    no_receiver_harms_another_one(deployment.access().await.unwrap(), sender).await;
    no_process_ended(&mut deployment);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_receiver_harms_another_one_of_the_all_in_one_process() {
    let patchbay = Embedded::start(&[&SOON[..], &HURRY].concat()).await.unwrap();
    let sender = patchbay.program.pid().unwrap();
    no_receiver_harms_another_one(patchbay.access().await.unwrap(), sender).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and RabbitMQ; run by cargo xtask test"]
async fn a_receiver_that_comes_back_gets_all_that_waited() {
    let servers = Servers::start().unwrap();
    let mut deployment = servers.deployment(&SOON).await.unwrap();
    let mut scene = Scene::new(deployment.access().await.unwrap()).await.unwrap();
    let healthy = Endpoint::start(|_| Conduct::Take).await.unwrap();
    scene.app("healthy", Expected::All, healthy).await.unwrap();
    let down = Endpoint::start(|number| if number < 20 { Conduct::Reset } else { Conduct::Take });
    scene.app("was down", Expected::All, down.await.unwrap()).await.unwrap();

    let accepted = scene.publish(EVENTS, PER_SECOND).event_ids().await.unwrap();
    let closed = scene.closes(&accepted, PATIENCE).await.unwrap();
    eprintln!("{closed}");
    closed.with_few_duplicates().unwrap();
    no_process_ended(&mut deployment);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, RabbitMQ and root; run by cargo xtask test"]
async fn a_receiver_whose_name_moves_to_a_private_address_gets_nothing_there() {
    assert!(is_root(), "only root can replace /etc/hosts for a process");
    let servers = Servers::start().unwrap();
    // Only the first loopback address counts as public.
    let settings = [&SOON[..], &HURRY, &[("EGRESS_ALLOW", "127.0.0.1/32")]].concat();
    let mut deployment = servers.deployment(&settings).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let names = folder.path().join("hosts");
    std::fs::write(&names, "127.0.0.1 moving.example\n").unwrap();
    let sender = deployment.program("webhook-sender");
    sender.kill().unwrap();
    let mount = "mount --bind \"$0\" /etc/hosts && exec \"$@\"";
    sender.start_by(&["unshare", "--mount", "sh", "-c", mount, names.to_str().unwrap()]);
    sender.start().unwrap();
    sender.ready().await.unwrap();

    let mut scene = Scene::new(deployment.access().await.unwrap()).await.unwrap();
    let healthy = Endpoint::start(|_| Conduct::Take).await.unwrap();
    scene.app("healthy", Expected::All, healthy).await.unwrap();
    // Accepts each request over a new connection, so that its name is resolved for each.
    let moving = Endpoint::start(|_| Conduct::TakeAtLength).await.unwrap();
    let inside = Endpoint::start_at(SocketAddr::new(ELSEWHERE, moving.port()), |_| Conduct::Take);
    let inside = inside.await.unwrap();
    let url = moving.url_by_name("moving.example");
    scene.app_at("moving", Expected::Ended, moving, &url).await.unwrap();

    let product = scene.publish(EVENTS, PER_SECOND);
    product.reaches(50).await.unwrap();
    std::fs::write(&names, "127.0.0.2 moving.example\n").unwrap();
    let accepted = product.event_ids().await.unwrap();
    let closed = scene.closes(&accepted, PATIENCE).await.unwrap();
    eprintln!("{closed}");
    let account = closed.accounts["moving"];
    assert!(account.delivered > 0 && account.dead > 0, "{account:?}");
    assert_eq!(inside.requests(), 0, "nothing was sent to the private address");
    closed.with_few_duplicates().unwrap();
    no_process_ended(&mut deployment);
}
