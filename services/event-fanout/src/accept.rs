//! The door: checked events queue here until they are durable.

mod room;
mod submission;

use std::sync::Arc;
use std::time::{Duration, Instant};

use patchbay_domain::{Error, Result};
use tokio::sync::{mpsc, oneshot};

use crate::Config;
use crate::domain::event::Event;
use crate::metrics::FanoutMetrics;
pub(crate) use room::Room;
pub(crate) use submission::{Accepted, Submission};

/// The least memory for events: twice the largest batch that a call can carry.
const LEAST_MEMORY: usize = 32 * 1024 * 1024;

/// Puts events into the queue of the writer. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Accept {
    submissions: mpsc::Sender<Submission>,
    room: Room,
    patience: Duration,
    metrics: FanoutMetrics,
}

/// The answer to come, given once the events are durable.
#[derive(Debug)]
pub(crate) struct Pending(oneshot::Receiver<Result<Vec<Accepted>>>);

impl Accept {
    pub(crate) fn new(config: &Config, metrics: FanoutMetrics) -> (Self, mpsc::Receiver<Submission>) {
        let room = Room::of_bytes(config.event_memory.as_usize().max(LEAST_MEMORY));
        // Each submission holds at least one KiB of room, so the queue is never full before the room is.
        let (submissions, receiver) = mpsc::channel(room.kib());
        (Self { submissions, room, patience: config.accept_patience, metrics }, receiver)
    }

    /// The memory that events of every origin share.
    pub(crate) fn room(&self) -> Room {
        self.room.clone()
    }

    /// Waits until the events are durable: all of them, or none in the case of an error.
    ///
    /// Fails with `OVERLOADED` when there is no room for longer than callers should wait, and with the storage's error.
    pub(crate) async fn accept(&self, events: Vec<Event>) -> Result<Vec<Accepted>> {
        let events: Vec<_> = events.into_iter().map(Arc::new).collect();
        let begun = Instant::now();
        let result = match tokio::time::timeout(self.patience, self.submit("grpc", events)).await {
            Ok(Ok(pending)) => pending.answer().await,
            Ok(Err(error)) => Err(error),
            Err(_) => Err(overloaded()),
        };
        self.metrics.accept_seconds.observe(begun.elapsed().as_secs_f64());
        result.inspect_err(|error| self.metrics.count_refusal(error))
    }

    /// Queues the events, after waiting for room as long as it takes. Dropping the answer takes nothing back.
    pub(crate) async fn submit(&self, source: &'static str, events: Vec<Arc<Event>>) -> Result<Pending> {
        let room = self.room.take(events.iter().map(|event| event.kib()).sum()).await;
        let (answer, pending) = oneshot::channel();
        let submission = Submission { source, events, room, answer };
        self.submissions.try_send(submission).map_err(|_| overloaded())?;
        Ok(Pending(pending))
    }

    /// Whether nothing is accepted any more because the process ends.
    pub(crate) fn is_closed(&self) -> bool {
        self.submissions.is_closed()
    }
}

impl Pending {
    /// What became of the events.
    pub(crate) async fn answer(self) -> Result<Vec<Accepted>> {
        self.0.await.unwrap_or_else(|_| Err(overloaded()))
    }
}

fn overloaded() -> Error {
    Error::unavailable("OVERLOADED", "Too many events are waiting. Send the event again a little later.")
}
