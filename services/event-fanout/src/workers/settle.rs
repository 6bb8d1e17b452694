//! Awaits the confirms of published deliveries and marks groups of events as handed over.
//!
//! Nobody waits for a mark, so marks gather for a moment and are written together.

use std::ops::Range;
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use patchbay_bus::Confirm;
use patchbay_db::Db;
use patchbay_runtime::Stop;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use uuid::Uuid;

use crate::domain::settle::part;
use crate::in_flight::InFlight;
use crate::metrics::FanoutMetrics;
use crate::store;

/// Groups of events that may wait to be looked at.
const WAITING: usize = 64;
/// How long marks gather, and how many at most.
const LINGER: Duration = Duration::from_millis(50);
const MAX_MARKS: usize = 256;
/// Between two tries of a database that is away.
const PAUSE: Duration = Duration::from_secs(1);
/// How long confirms are waited for at a stop. What has none then is handed over again after the next start.
const LAST_WAIT: Duration = Duration::from_secs(2);

/// Events whose deliveries have been published, as far as that was possible.
#[derive(Debug, Default)]
pub(crate) struct Handed {
    /// The group of each event.
    pub(crate) groups: Vec<Uuid>,
    /// Messages under way, each with the positions of the events it has deliveries of.
    pub(crate) sent: Vec<(Range<usize>, Sent)>,
    /// The positions covered by messages that could not be published.
    pub(crate) failed: Vec<Range<usize>>,
}

/// A message under way.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) confirm: Confirm,
    pub(crate) published: Instant,
    /// Its share of the memory for deliveries.
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

pub(crate) fn queue() -> (mpsc::Sender<Handed>, mpsc::Receiver<Handed>) {
    mpsc::channel(WAITING)
}

pub(crate) struct Settle {
    pub(crate) handed: mpsc::Receiver<Handed>,
    pub(crate) db: Db,
    pub(crate) in_flight: InFlight,
    pub(crate) metrics: FanoutMetrics,
}

impl Settle {
    /// Works until the hand-over has ended and, for a moment longer, its confirms have arrived.
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
                Some(Outcome { done, again }) = under_way.next() => {
                    self.in_flight.failed(&again);
                    marks.extend(self.in_flight.arrived(&done));
                    if !marks.is_empty() {
                        flush_at.get_or_insert(linger);
                    }
                }
                handed = self.handed.recv(), if is_open => match handed {
                    Some(handed) => under_way.push(outcome(handed, self.metrics.clone())),
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
        }
        self.mark(marks, &stop).await;
    }

    /// Tries as long as it takes; once a stop is requested, only once more.
    async fn mark(&self, groups: Vec<Uuid>, stop: &Stop) {
        if groups.is_empty() {
            return;
        }
        while let Err(error) = store::mark_fanned_out(&self.db, &groups).await {
            tracing::warn!(%error, groups = groups.len(), "groups of events could not be marked as handed over");
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

/// The groups of the events of a hand-over.
struct Outcome {
    done: Vec<Uuid>,
    /// Of those to hand over again.
    again: Vec<Uuid>,
}

async fn outcome(handed: Handed, metrics: FanoutMetrics) -> Outcome {
    let mut failed = handed.failed;
    for (events, Sent { confirm, published, room }) in handed.sent {
        match confirm.await {
            Ok(()) => metrics.confirm_seconds.observe(published.elapsed().as_secs_f64()),
            Err(error) => {
                tracing::warn!(%error, "deliveries were not confirmed; they will be handed over again");
                metrics.hand_over_failures.inc();
                failed.push(events);
            }
        }
        drop(room);
    }
    let (done, again) = part(handed.groups, &failed);
    Outcome { done, again }
}
