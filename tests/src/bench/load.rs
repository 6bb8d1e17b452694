//! The product in a benchmark: it publishes events and waits until their webhooks have arrived.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use patchbay_domain::Clock;
use patchbay_proto::event_fanout::PublishRequest;
use patchbay_proto::event_fanout::events_client::EventsClient;
use patchbay_rpc::request;
use tokio::time::{Instant, MissedTickBehavior};

use super::receiver::{Arrived, Receiver};
use super::running::Running;
use super::usage::Usage;

/// Events per second of a light load.
pub(super) const LIGHT_RATE: u64 = 200;

/// The results of a load.
pub(super) struct Measured {
    /// Events accepted per second.
    pub(super) accepted_rate: f64,
    /// Webhooks that arrived per second, from the first publish to the last arrival.
    pub(super) delivered_rate: f64,
    pub(super) arrived: Arrived,
    /// Each process with its CPU seconds and its peak memory in MiB.
    pub(super) usage: Vec<(String, f64, f64)>,
}

/// The publishing organizations.
#[derive(Clone, Debug)]
pub(super) struct Product {
    /// They publish in turns.
    pub(super) organizations: Arc<[i64]>,
    /// The number of webhooks of each event.
    pub(super) webhooks_per_event: usize,
}

impl Product {
    pub(super) fn of(organization_id: i64) -> Self {
        Self { organizations: [organization_id].into(), webhooks_per_event: 1 }
    }

    /// Publishes `events` events with `callers` concurrent callers. A twentieth more is published first and
    /// not measured, so that connections and caches are warm.
    pub(super) async fn flood(
        &self,
        running: &Running,
        receiver: &Receiver,
        events: usize,
        callers: usize,
    ) -> anyhow::Result<Measured> {
        self.until_known(running, receiver).await?;
        self.publish_many(running, events / 20, callers).await?;
        receiver.wait_for((events / 20 * self.webhooks_per_event) as u64).await?;
        receiver.forget().await?;

        let webhooks = events * self.webhooks_per_event;
        let before = Usage::begin(&running.processes);
        let (started, started_micros) = (Instant::now(), micros());
        self.publish_many(running, events, callers).await?;
        let accepted_seconds = started.elapsed().as_secs_f64();
        let arrived = receiver.wait_for(webhooks as u64).await?;
        let usage = before.until_now();
        let delivered_seconds = (arrived.last_micros - started_micros) as f64 / 1e6;
        Ok(Measured {
            accepted_rate: events as f64 / accepted_seconds,
            delivered_rate: webhooks as f64 / delivered_seconds,
            arrived,
            usage,
        })
    }

    /// Publishes `rate` events per second, one after the other, and waits for `expected` webhooks. There are
    /// fewer webhooks than events if some go to an endpoint that does not answer.
    pub(super) async fn trickle(
        &self,
        running: &Running,
        receiver: &Receiver,
        rate: u64,
        seconds: u64,
        expected: u64,
    ) -> anyhow::Result<Measured> {
        receiver.forget().await?;
        let before = Usage::begin(&running.processes);
        let started = Instant::now();
        let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 / rate));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut publishing = tokio::task::JoinSet::new();
        for number in 0..(rate * seconds) as usize {
            tick.tick().await;
            let organization_id = self.organizations[number % self.organizations.len()];
            publishing.spawn(publish(EventsClient::new(running.events.clone()), organization_id));
        }
        while let Some(published) = publishing.join_next().await {
            published??;
        }
        let elapsed = started.elapsed().as_secs_f64();
        let arrived = receiver.wait_for(expected).await?;
        let accepted_rate = (rate * seconds) as f64 / elapsed;
        let delivered_rate = expected as f64 / elapsed;
        Ok(Measured { accepted_rate, delivered_rate, arrived, usage: before.until_now() })
    }

    /// Waits until event-fanout and webhook-sender know the new installations. Changes arrive in order, so
    /// webhooks of the last organization mean that all are known.
    pub(super) async fn until_known(&self, running: &Running, receiver: &Receiver) -> anyhow::Result<()> {
        receiver.forget().await?;
        let deadline = Instant::now() + Duration::from_secs(120);
        let last = *self.organizations.last().context("a product has organizations")?;
        let all = self.webhooks_per_event as u64;
        let mut arrived = 0;
        while arrived == 0 || arrived % all != 0 {
            ensure!(Instant::now() < deadline, "a new installation does not get around");
            publish(EventsClient::new(running.events.clone()), last).await?;
            tokio::time::sleep(Duration::from_millis(500)).await;
            arrived = receiver.arrived().await?.count;
        }
        receiver.forget().await
    }

    async fn publish_many(&self, running: &Running, events: usize, callers: usize) -> anyhow::Result<()> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut publishing = tokio::task::JoinSet::new();
        for _ in 0..callers {
            let client = EventsClient::new(running.events.clone());
            let (next, organizations) = (next.clone(), self.organizations.clone());
            publishing.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= events {
                        return anyhow::Ok(());
                    }
                    publish(client.clone(), organizations[number % organizations.len()]).await?;
                }
            });
        }
        while let Some(published) = publishing.join_next().await {
            published??;
        }
        Ok(())
    }
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
