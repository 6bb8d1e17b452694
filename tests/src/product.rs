//! A product that publishes events continuously, during all faults.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use patchbay_proto::event_fanout::PublishRequest;
use patchbay_proto::event_fanout::events_client::EventsClient;
use patchbay_rpc::{Channel, request};
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

const PUBLISHERS: usize = 16;
/// How long an event may be refused; no fault of the tests lasts longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// The events to publish.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The channel for publishing.
    pub events: Channel,
    /// In which organization.
    pub organization_id: i64,
    /// Number of events.
    pub count: usize,
    /// Events per second.
    pub per_second: u32,
}

/// A running product.
#[derive(Debug)]
pub struct Product {
    count: usize,
    accepted: Arc<AtomicUsize>,
    publishers: JoinSet<anyhow::Result<Vec<Uuid>>>,
}

impl Product {
    /// Starts to publish.
    pub fn start(plan: Plan) -> Self {
        let (accepted, mut publishers) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
        let (run, begun, count) = (Uuid::new_v4(), Instant::now(), plan.count);
        for first in 0..PUBLISHERS {
            let (plan, accepted) = (plan.clone(), accepted.clone());
            publishers.spawn(async move {
                let mut ids = Vec::new();
                for number in (first..plan.count).step_by(PUBLISHERS) {
                    let due = Duration::from_secs_f64(number as f64 / f64::from(plan.per_second));
                    tokio::time::sleep_until(begun + due).await;
                    ids.push(publish(&plan, run, number).await?);
                    accepted.fetch_add(1, Ordering::Relaxed);
                }
                Ok(ids)
            });
        }
        Self { count, accepted, publishers }
    }

    /// Events that have been accepted.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Waits until this share of all events, in percent, has been accepted.
    ///
    /// # Errors
    /// It takes too long.
    pub async fn reaches(&self, percent: usize) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while self.accepted() < self.count * percent / 100 {
            ensure!(Instant::now() < deadline, "{} of {} events are accepted", self.accepted(), self.count);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// The ids of all events, once all have been accepted.
    ///
    /// # Errors
    /// An event is not accepted, or is accepted twice.
    pub async fn event_ids(mut self) -> anyhow::Result<HashSet<Uuid>> {
        let mut ids = HashSet::new();
        while let Some(accepted) = self.publishers.join_next().await {
            ids.extend(accepted??);
        }
        ensure!(ids.len() == self.count, "each key is accepted once: {} of {}", ids.len(), self.count);
        Ok(ids)
    }
}

/// Publishes one event until it is accepted. The idempotency key makes every repetition the same event.
async fn publish(plan: &Plan, run: Uuid, number: usize) -> anyhow::Result<Uuid> {
    let mut events = EventsClient::new(plan.events.clone());
    let deadline = Instant::now() + PATIENCE;
    loop {
        let event = PublishRequest {
            organization_id: plan.organization_id,
            resource: "error".to_owned(),
            action: "created".to_owned(),
            data_json: format!(r#"{{"error":{{"number":{number}}}}}"#).into(),
            idempotency_key: format!("{run}-{number}"),
            ..Default::default()
        };
        match events.publish(request(event)).await {
            Ok(accepted) => return accepted.into_inner().event_id.parse().context("the id of an event"),
            // During any fault the product is asked to retry, and never gets an error about its event.
            Err(refusal) => {
                let again = [
                    tonic::Code::Unavailable,
                    tonic::Code::DeadlineExceeded,
                    tonic::Code::Unknown,
                    tonic::Code::Cancelled,
                ];
                ensure!(again.contains(&refusal.code()), "event {number} is refused: {refusal}");
                ensure!(Instant::now() < deadline, "event {number} is not accepted: {refusal}");
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
