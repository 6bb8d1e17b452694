//! Nothing is lost when processes die in the middle of their work, and the ledger says so exactly.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "tells how many duplicates the crashes cost")]

use std::collections::{BTreeMap, HashSet};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use patchbay_domain::ids::delivery_id;
use patchbay_proto::event_fanout::events_client::EventsClient;
use patchbay_proto::event_fanout::{ExplainRequest, Outcome, PublishRequest};
use patchbay_rpc::{Channel, request};
use patchbay_test_servers::{Durability, Postgres, RabbitMq, missing};
use patchbay_testkit::{Receiver, eventually};
use patchbay_tests::Deployment;
use patchbay_tests::deployment::Backends;
use patchbay_tests::scenario::Services;
use tokio::time::Instant;
use uuid::Uuid;

const EVENTS: usize = 2_000;
const PUBLISHERS: usize = 16;

/// Whether the servers are installed; `cargo xtask test` sees to it that they are.
fn servers_installed() -> bool {
    let missing = missing();
    let required = std::env::var("PATCHBAY_TEST_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(missing.is_empty() || !required, "{missing:?} not installed");
    missing.is_empty() && required
}

/// Publishes one event until it is accepted, as a product would. The key makes every repetition the same event.
async fn publish(channel: Channel, organization_id: i64, number: usize) -> Uuid {
    let mut events = EventsClient::new(channel);
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let event = PublishRequest {
            organization_id,
            resource: "error".to_owned(),
            action: "created".to_owned(),
            data_json: format!(r#"{{"error":{{"number":{number}}}}}"#).into(),
            idempotency_key: format!("crash-{number}"),
            ..Default::default()
        };
        match events.publish(request(event)).await {
            Ok(accepted) => return accepted.into_inner().event_id.parse().unwrap(),
            Err(refusal) => assert!(Instant::now() < deadline, "event {number} is not accepted: {refusal}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_accepted_event_is_delivered_although_fanout_sender_and_broker_are_killed() {
    if !servers_installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // The user that runs postgres has to get through.
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let postgres = Postgres::start(&folder.path().join("postgres"), Durability::Full).unwrap();
    let mut rabbitmq = RabbitMq::start(&folder.path().join("rabbitmq")).unwrap();
    let backends = Backends { postgres: postgres.url(), amqp: rabbitmq.url(), bus_prefix: String::new() };
    let settings = [("RETRY_SCHEDULE", "1s,1s,2s,2s,5s,5s"), ("RECOVER_AFTER", "2s")];
    let mut deployment = Deployment::start(backends, folder.path(), &settings).await.unwrap();

    let receiver = Receiver::start().await;
    let services =
        Services { tracker: deployment.channel("tracker"), installation: deployment.channel("installation") };
    let organization = services.organization("Acme").await.unwrap();
    let app = services.app(&organization, "Counter", &receiver.url("/webhook")).await.unwrap();
    let installation: Uuid = services.install(&organization, &app).await.unwrap().parse().unwrap();
    receiver.wait_for(1, Duration::from_secs(30)).await;

    let accepted = Arc::new(AtomicUsize::new(0));
    let publishers: Vec<_> = (0..PUBLISHERS)
        .map(|publisher| {
            let (channel, accepted, organization_id) =
                (deployment.channel("event-fanout"), accepted.clone(), organization.id);
            tokio::spawn(async move {
                let mut ids = Vec::new();
                for number in (publisher..EVENTS).step_by(PUBLISHERS) {
                    ids.push(publish(channel.clone(), organization_id, number).await);
                    accepted.fetch_add(1, Ordering::Relaxed);
                }
                ids
            })
        })
        .collect();
    let reached = async |share: usize| {
        eventually(Duration::from_secs(120), "enough events are accepted", async || {
            (accepted.load(Ordering::Relaxed) >= EVENTS * share / 100).then_some(())
        })
        .await;
    };

    reached(20).await;
    deployment.program("event-fanout").kill().unwrap();
    deployment.program("event-fanout").start().unwrap();
    reached(40).await;
    deployment.program("webhook-sender").kill().unwrap();
    deployment.program("webhook-sender").start().unwrap();
    reached(60).await;
    rabbitmq.kill();
    rabbitmq.restart().unwrap();
    reached(80).await;
    deployment.program("webhook-sender").kill().unwrap();
    deployment.program("event-fanout").kill().unwrap();
    deployment.program("webhook-sender").start().unwrap();
    deployment.program("event-fanout").start().unwrap();

    let mut event_ids = HashSet::new();
    for publisher in publishers {
        event_ids.extend(publisher.await.unwrap());
    }
    assert_eq!(event_ids.len(), EVENTS, "each key was accepted once");

    let expected: HashSet<String> =
        event_ids.iter().map(|event| delivery_id(*event, installation).to_string()).collect();
    let webhooks = eventually(Duration::from_secs(180), "every event arrives", async || {
        let webhooks: Vec<String> = receiver
            .received()
            .iter()
            .filter(|webhook| webhook.header("sentry-hook-resource") == Some("error"))
            .map(|webhook| webhook.header("webhook-id").unwrap().to_owned())
            .collect();
        let distinct: HashSet<&String> = webhooks.iter().collect();
        (distinct.len() >= EVENTS).then_some(webhooks)
    })
    .await;
    let distinct: HashSet<String> = webhooks.iter().cloned().collect();
    assert_eq!(distinct, expected, "exactly the accepted events arrived");
    eprintln!("{} webhooks for {EVENTS} events: {} duplicates", webhooks.len(), webhooks.len() - EVENTS);

    // What arrived is what the records say: accepted = delivered, nothing pending, dead or dropped.
    let channel = deployment.channel("event-fanout");
    let outcomes = eventually(Duration::from_secs(120), "the ledger closes", async || {
        let outcomes = ledger(&channel, &event_ids).await?;
        (outcomes.get(&Outcome::Delivered) == Some(&EVENTS)).then_some(outcomes)
    })
    .await;
    assert_eq!(outcomes, BTreeMap::from([(Outcome::Delivered, EVENTS)]));
}

/// How many events have which outcome; `None` while a service cannot be asked.
async fn ledger(channel: &Channel, event_ids: &HashSet<Uuid>) -> Option<BTreeMap<Outcome, usize>> {
    let mut events = EventsClient::new(channel.clone());
    let mut outcomes = BTreeMap::new();
    for event in event_ids {
        let asked = request(ExplainRequest { event_id: event.to_string() });
        let explained = events.explain(asked).await.ok()?.into_inner();
        for decision in explained.decisions {
            *outcomes.entry(decision.outcome()).or_default() += 1;
        }
    }
    Some(outcomes)
}
