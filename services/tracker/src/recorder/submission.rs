use patchbay_domain::{Error, Result};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::domain::error::error_event::ErrorEvent;
use crate::domain::error::source::ErrorSource;

/// Requests that wait at once. More are refused.
const MAX_WAITING: usize = 64;

/// The outcome for one error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) event_id: Uuid,
    pub(crate) issue_id: i64,
    pub(crate) opened: bool,
    pub(crate) duplicate: bool,
}

/// The errors of one request, and the channel to its caller.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) source: ErrorSource,
    pub(super) events: Vec<ErrorEvent>,
    pub(super) response: oneshot::Sender<Result<Vec<Recorded>>>,
}

/// An error that waits to be recorded, and its project.
pub(super) type Incoming<'a> = (&'a ErrorSource, &'a ErrorEvent);

/// The sending end of the queue of errors to record; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Recorder(mpsc::Sender<Submission>);

impl Recorder {
    pub(super) fn new() -> (Self, mpsc::Receiver<Submission>) {
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
        (Self(sender), receiver)
    }

    /// Returns after the errors are durable, with one outcome for each in order.
    ///
    /// # Errors
    /// `OVERLOADED` if too many requests wait; an error of the database.
    pub(crate) async fn record(&self, source: ErrorSource, events: Vec<ErrorEvent>) -> Result<Vec<Recorded>> {
        let (response, responded) = oneshot::channel();
        self.0.try_send(Submission { source, events, response }).map_err(|_| overloaded())?;
        responded.await.unwrap_or_else(|_| Err(overloaded()))
    }
}

fn overloaded() -> Error {
    Error::unavailable("OVERLOADED", "More errors arrive than can be recorded. Send them again.")
}
