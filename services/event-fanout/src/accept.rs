//! Acceptance: checked events wait in a queue until they are durable.

pub(crate) mod check;
mod memory;
mod submission;

use std::sync::Arc;
use std::time::Duration;

use patchbay_domain::{Error, Result};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::Config;
use crate::domain::event::Event;
use crate::metrics::FanoutMetrics;
pub(crate) use memory::Memory;
pub(crate) use submission::{Accepted, Submission};

/// The smallest memory for events: twice the largest message.
const LEAST_MEMORY: usize = 32 * 1024 * 1024;

/// Queues events for the writer. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Accept {
    submissions: mpsc::Sender<Submission>,
    memory: Memory,
    patience: Duration,
    metrics: FanoutMetrics,
}

/// A response that comes once the events are durable.
#[derive(Debug)]
pub(crate) struct Pending(oneshot::Receiver<Result<Vec<Accepted>>>);

impl Accept {
    pub(crate) fn new(config: &Config, metrics: FanoutMetrics) -> (Self, mpsc::Receiver<Submission>) {
        let memory = Memory::of_bytes(config.event_memory.as_usize().max(LEAST_MEMORY));
        // Each submission takes at least one KiB of memory, so the queue is never full before the memory is.
        let (submissions, receiver) = mpsc::channel(memory.kib());
        (Self { submissions, memory, patience: config.accept_patience, metrics }, receiver)
    }

    /// The memory that all events share.
    pub(crate) fn memory(&self) -> Memory {
        self.memory.clone()
    }

    /// Waits until all events are durable. After an error none of them is.
    ///
    /// # Errors
    /// `OVERLOADED` when memory stays full for longer than `FANOUT_ACCEPT_PATIENCE`, or the error of the database.
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

    /// Waits for memory without a limit and queues the events. Dropping the response does not cancel them.
    pub(crate) async fn submit(&self, source: &'static str, events: Vec<Arc<Event>>) -> Result<Pending> {
        let memory = self.memory.take(events.iter().map(|event| event.kib()).sum()).await;
        let (answer, pending) = oneshot::channel();
        let submission = Submission { source, events, memory, answer };
        self.submissions.try_send(submission).map_err(|_| overloaded())?;
        Ok(Pending(pending))
    }

    /// Whether the process is stopping and accepts no more events.
    pub(crate) fn is_closed(&self) -> bool {
        self.submissions.is_closed()
    }
}

impl Pending {
    /// Waits for the response.
    pub(crate) async fn answer(self) -> Result<Vec<Accepted>> {
        self.0.await.unwrap_or_else(|_| Err(overloaded()))
    }
}

fn overloaded() -> Error {
    Error::unavailable("OVERLOADED", "Too many events are waiting. Send the event again a little later.")
}
