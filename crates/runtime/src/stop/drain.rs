//! Waiting for the tasks of a scope to end.

use std::time::Duration;

use tokio::time::timeout;

use super::{Stop, TaskFailure};

/// What tasks get to drop what they hold after a hard stop: closing a file, not finishing work.
const DROP_TIME: Duration = Duration::from_secs(1);

/// Why a drain was not clean.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DrainError {
    /// A task failed, which is why the scope was stopped.
    #[error(transparent)]
    Failed(#[from] TaskFailure),
    /// These tasks had not ended by the deadline, or by the second signal, and were dropped.
    #[error("dropped tasks that did not end in time: {}", .0.join(", "))]
    StillRunning(Vec<String>),
}

impl Stop {
    /// Asks for a soft stop if nobody has yet, and waits up to `deadline` for the tasks of this scope and
    /// those inside of it. What is left then gets a hard stop.
    ///
    /// # Errors
    /// The first task that failed, or the names of those that had to be dropped.
    pub async fn drain(&self, deadline: Duration) -> Result<(), DrainError> {
        self.request();
        let ended = tokio::select! {
            biased;
            () = self.0.running.none_left() => true,
            () = self.hard_requested() => false,
            () = tokio::time::sleep(deadline) => false,
        };
        if !ended {
            self.request_hard();
            let _ = timeout(DROP_TIME, self.0.running.none_left()).await;
        }
        let left = self.0.running.unfinished();
        if !left.is_empty() {
            tracing::warn!(tasks = left.join(", "), "dropped tasks that did not end in time");
        }
        match self.failure() {
            Some(failure) => Err(failure.into()),
            None if left.is_empty() => Ok(()),
            None => Err(DrainError::StillRunning(left)),
        }
    }
}
