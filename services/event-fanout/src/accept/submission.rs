//! Entries of the writer's queue.

use std::sync::Arc;

use patchbay_domain::Result;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use uuid::Uuid;

use crate::domain::event::Event;

/// Events that become durable together, and the channel for the answer.
#[derive(Debug)]
pub(crate) struct Submission {
    pub(crate) source: &'static str,
    pub(crate) events: Vec<Arc<Event>>,
    pub(crate) memory: Option<OwnedSemaphorePermit>,
    pub(crate) answer: oneshot::Sender<Result<Vec<Accepted>>>,
}

/// The answer about one event, which is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// Id of the first event with the same idempotency key; its own id without a key.
    pub(crate) id: Uuid,
    /// Whether the id is that of another event.
    pub(crate) duplicate: bool,
    /// Whether that other event has other content.
    pub(crate) content_differs: bool,
}
