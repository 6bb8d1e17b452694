//! Waiting for the tasks of a scope to finish.

use std::time::Duration;

use tokio::time::timeout;

use super::{Stop, TaskFailure};

/// Time for tasks to release resources after a hard stop, for example to close a file.
const DROP_TIME: Duration = Duration::from_secs(1);

/// Why a drain failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DrainError {
    /// A task failed, which caused the stop.
    #[error(transparent)]
    Failed(#[from] TaskFailure),
    /// These tasks had not finished at the deadline or at the second signal, and were dropped.
    #[error("dropped tasks that did not end in time: {}", .0.join(", "))]
    StillRunning(Vec<String>),
}

impl Stop {
    /// Requests a soft stop unless one is requested already, and waits up to `deadline` for the tasks of this
    /// scope and its inner scopes. Remaining tasks get a hard stop.
    ///
    /// # Errors
    /// The first task that failed, or the names of the tasks that were dropped.
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
            tracing::warn!(tasks = left.join(", "), "dropped tasks that did not finish in time");
        }
        match self.failure() {
            Some(failure) => Err(failure.into()),
            None if left.is_empty() => Ok(()),
            None => Err(DrainError::StillRunning(left)),
        }
    }
}
