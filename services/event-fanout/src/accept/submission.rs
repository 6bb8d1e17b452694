//! What waits in the writer's queue.

use std::sync::Arc;

use patchbay_domain::Result;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use uuid::Uuid;

use crate::domain::event::Event;

/// Events that become durable together, and who wants to know.
#[derive(Debug)]
pub(crate) struct Submission {
    pub(crate) source: &'static str,
    pub(crate) events: Vec<Arc<Event>>,
    pub(crate) room: Option<OwnedSemaphorePermit>,
    pub(crate) answer: oneshot::Sender<Result<Vec<Accepted>>>,
}

/// An event that is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// Of the first event with its idempotency key.
    pub(crate) id: Uuid,
    /// Whether that was another one.
    pub(crate) duplicate: bool,
    /// Whether that other one has other content.
    pub(crate) content_differs: bool,
}
