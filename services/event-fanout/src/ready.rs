//! The queue between acceptance and hand-over.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::domain::event::Event;

/// Events that may wait. Their bytes are bounded by the room they hold, this bounds the many small ones.
pub(crate) const LIMIT: usize = 4 * 1024;

/// An event that is durable and can be handed over.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) event: Arc<Event>,
    /// Whether it may have been handed over before.
    pub(crate) replay: bool,
    /// Its share of the memory for events, given back when it has been packed.
    pub(crate) _room: Option<OwnedSemaphorePermit>,
}

pub(crate) fn queue() -> (mpsc::Sender<Ready>, mpsc::Receiver<Ready>) {
    mpsc::channel(LIMIT)
}
