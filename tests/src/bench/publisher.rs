//! The product's side of a benchmark: publishes events and waits until they have arrived.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use patchbay_domain::Clock;
use patchbay_proto::event_fanout::PublishRequest;
use patchbay_proto::event_fanout::events_client::EventsClient;
use patchbay_rpc::request;
use tokio::time::{Instant, MissedTickBehavior};

use super::modes::Running;
use super::receiver::{Arrived, Receiver};
use super::usage::Usage;

/// Events per second of the scenario `light`.
const LIGHT_RATE: u64 = 200;

/// What a scenario has shown.
pub(super) struct Measured {
    pub(super) events: u64,
    /// Events accepted per second.
    pub(super) accepted_rate: f64,
    /// Webhooks that arrived per second, from the first publish to the last arrival.
    pub(super) delivered_rate: f64,
    pub(super) arrived: Arrived,
    /// Each process with its CPU seconds and its peak memory in MiB.
    pub(super) usage: Vec<(String, f64, f64)>,
}

/// Scenario a: `events` events as fast as `callers` concurrent callers of Publish get them accepted.
pub(super) async fn flood(
    running: &Running,
    receiver: &Receiver,
    events: usize,
    callers: usize,
) -> anyhow::Result<Measured> {
    // Connections and caches as in the middle of a day.
    publish_many(running, events / 20, callers).await?;
    receiver.wait_for((events / 20) as u64).await?;
    receiver.forget().await?;

    let before = Usage::now(&running.processes);
    let (started, started_micros) = (Instant::now(), micros());
    publish_many(running, events, callers).await?;
    let accepted_seconds = started.elapsed().as_secs_f64();
    let arrived = receiver.wait_for(events as u64).await?;
    let usage = Usage::now(&running.processes).since(&before);
    let delivered_seconds = (arrived.last_micros - started_micros) as f64 / 1e6;
    Ok(Measured {
        events: events as u64,
        accepted_rate: events as f64 / accepted_seconds,
        delivered_rate: events as f64 / delivered_seconds,
        arrived,
        usage,
    })
}

/// Scenario light: 200 events a second, one after the other.
pub(super) async fn light(running: &Running, receiver: &Receiver, seconds: u64) -> anyhow::Result<Measured> {
    receiver.forget().await?;
    let before = Usage::now(&running.processes);
    let started = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 / LIGHT_RATE));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut publishing = tokio::task::JoinSet::new();
    let events = LIGHT_RATE * seconds;
    for _ in 0..events {
        tick.tick().await;
        let (client, organization_id) = (EventsClient::new(running.events.clone()), running.organization_id);
        publishing.spawn(publish(client, organization_id));
    }
    while let Some(published) = publishing.join_next().await {
        published??;
    }
    let elapsed = started.elapsed().as_secs_f64();
    let arrived = receiver.wait_for(events).await?;
    let usage = Usage::now(&running.processes).since(&before);
    let rate = events as f64 / elapsed;
    Ok(Measured { events, accepted_rate: rate, delivered_rate: rate, arrived, usage })
}

async fn publish_many(running: &Running, events: usize, callers: usize) -> anyhow::Result<()> {
    let left = Arc::new(AtomicUsize::new(events));
    let mut publishing = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let (client, left, organization_id) =
            (EventsClient::new(running.events.clone()), left.clone(), running.organization_id);
        publishing.spawn(async move {
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            {
                publish(client.clone(), organization_id).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(published) = publishing.join_next().await {
        published??;
    }
    Ok(())
}

async fn publish(
    mut client: EventsClient<patchbay_rpc::Channel>,
    organization_id: i64,
) -> anyhow::Result<()> {
    let event = PublishRequest {
        organization_id,
        resource: "error".to_owned(),
        action: "created".to_owned(),
        data_json: super::data(micros()).into(),
        ..Default::default()
    };
    client.publish(request(event)).await?;
    Ok(())
}

fn micros() -> i64 {
    Clock::system().now().timestamp_micros()
}
