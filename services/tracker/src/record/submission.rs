//! What waits to be recorded.

use patchbay_domain::{Error, Result};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::domain::error_event::ErrorEvent;
use crate::domain::project::Project;

/// Batches that wait; who comes when there are more is told to come again.
const WAITING: usize = 64;

/// Where errors happened.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) organization_slug: String,
    pub(crate) project: Project,
    /// Apps of the organization may hear of every error.
    pub(crate) tells_apps: bool,
}

/// What became of an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) event_id: Uuid,
    pub(crate) issue_id: i64,
    pub(crate) opened: bool,
    pub(crate) duplicate: bool,
}

/// Errors that become durable together, and who wants to know.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) place: Place,
    pub(super) events: Vec<ErrorEvent>,
    pub(super) answer: oneshot::Sender<Result<Vec<Recorded>>>,
}

/// Takes errors to be recorded. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Recorder(mpsc::Sender<Submission>);

impl Recorder {
    pub(super) fn new() -> (Self, mpsc::Receiver<Submission>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), receiver)
    }

    /// Returns when they are durable, one answer for each in order.
    ///
    /// # Errors
    /// `OVERLOADED`; the database's.
    pub(crate) async fn record(&self, place: Place, events: Vec<ErrorEvent>) -> Result<Vec<Recorded>> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Submission { place, events, answer }).map_err(|_| overloaded())?;
        answered.await.unwrap_or_else(|_| Err(overloaded()))
    }
}

fn overloaded() -> Error {
    Error::unavailable("OVERLOADED", "More errors arrive than can be recorded. Send them again.")
}
