//! Awaits the confirms of published deliveries and marks groups of events as handed over.
//!
//! No caller waits for a mark, so marks gather for a moment and are written together.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use patchbay_db::Db;
use patchbay_runtime::Stop;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::handover::handed::{Handed, HandedEvent, Published, Sent};
use crate::handover::in_flight::InFlight;
use crate::metrics::FanoutMetrics;
use crate::store;

/// How long marks gather before they are written, and their largest number.
const LINGER: Duration = Duration::from_millis(50);
const MAX_MARKS: usize = 256;
/// Pause between two tries while the database is unavailable.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a stop waits for confirms. Deliveries without a confirm are handed over again after the next start.
const LAST_WAIT: Duration = Duration::from_secs(2);

pub(crate) struct Settle {
    pub(crate) handed: mpsc::Receiver<Handed>,
    pub(crate) db: Db,
    pub(crate) in_flight: InFlight,
    pub(crate) metrics: FanoutMetrics,
}

impl Settle {
    /// Runs until the hand-over has ended and its confirms have arrived, at most [`LAST_WAIT`] after a stop.
    pub(crate) async fn run(mut self, stop: Stop) {
        let mut under_way = FuturesUnordered::new();
        let mut marks: Vec<Uuid> = Vec::new();
        let mut flush_at = None;
        let given_up = async {
            stop.requested().await;
            tokio::time::sleep(LAST_WAIT).await;
        };
        tokio::pin!(given_up);
        let mut is_open = true;
        while is_open || !under_way.is_empty() {
            let linger = flush_at.unwrap_or_else(|| tokio::time::Instant::now() + LINGER);
            tokio::select! {
                Some(events) = under_way.next() => {
                    self.in_flight.moved();
                    marks.extend(self.settle(events));
                }
                handed = self.handed.recv(), if is_open => match handed {
                    Some(Handed { packed, sent }) => {
                        under_way.extend(sent.map(|sent| outcome(sent, self.metrics.clone())));
                        marks.extend(self.settle(packed));
                    }
                    None => is_open = false,
                },
                () = tokio::time::sleep_until(linger), if flush_at.is_some() => {
                    self.mark(std::mem::take(&mut marks), &stop).await;
                    flush_at = None;
                }
                () = &mut given_up => break,
            }
            if marks.len() >= MAX_MARKS {
                self.mark(std::mem::take(&mut marks), &stop).await;
                flush_at = None;
            }
            if !marks.is_empty() {
                flush_at.get_or_insert(linger);
            }
        }
        self.mark(marks, &stop).await;
    }

    /// Settles events, and returns the groups whose deliveries have all arrived.
    fn settle(&self, events: Vec<HandedEvent>) -> Vec<Uuid> {
        let (mut arrived, mut failed) = (Vec::new(), Vec::new());
        for outcome in events.into_iter().filter_map(HandedEvent::settle) {
            if outcome.has_failed() { failed.push(outcome.group_id) } else { arrived.push(outcome.group_id) }
        }
        self.in_flight.failed(&failed);
        self.in_flight.arrived(&arrived)
    }

    /// Retries until the marks are written, and only once more after a stop is requested.
    async fn mark(&self, groups: Vec<Uuid>, stop: &Stop) {
        if groups.is_empty() {
            return;
        }
        while let Err(error) = store::mark_fanned_out(&self.db, &groups).await {
            tracing::warn!(%error, groups = groups.len(), "groups of events could not be marked as handed over; the next attempt is in 1 s");
            if stop.is_requested() {
                break;
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = stop.requested() => {}
            }
        }
        self.in_flight.end(&groups);
    }
}

/// Waits for the confirm of a message, gives its memory back and returns its events.
async fn outcome(sent: Sent, metrics: FanoutMetrics) -> Vec<HandedEvent> {
    let Sent { events, published: Published { confirm, at, memory } } = sent;
    match confirm.await {
        Ok(()) => metrics.confirm_seconds.observe(at.elapsed().as_secs_f64()),
        Err(error) => {
            tracing::warn!(%error, "deliveries were not confirmed; they will be handed over again");
            metrics.hand_over_failures.inc();
            events.iter().for_each(HandedEvent::fail);
        }
    }
    drop(memory);
    events
}
