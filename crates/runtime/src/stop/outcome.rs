//! The result of a task, and whether it is a failure.

use std::any::Any;
use std::sync::Arc;

/// A possible result of a task: nothing, or a `Result`.
pub trait Outcome: Send {
    fn into_result(self) -> Result<(), anyhow::Error>;
}

impl Outcome for () {
    fn into_result(self) -> Result<(), anyhow::Error> {
        Ok(())
    }
}

impl<E: Into<anyhow::Error> + Send> Outcome for Result<(), E> {
    fn into_result(self) -> Result<(), anyhow::Error> {
        self.map_err(Into::into)
    }
}

/// A task that ended unexpectedly.
#[derive(Clone, Debug, thiserror::Error)]
#[error("task {task}: {reason}")]
pub struct TaskFailure {
    /// The name of the task.
    pub task: Arc<str>,
    /// The cause, with its chain of causes.
    pub reason: Arc<str>,
}

/// `early`: the task ended although no stop was requested.
pub(super) fn failure(
    task: &Arc<str>,
    ended: Result<Result<(), anyhow::Error>, Box<dyn Any + Send>>,
    early: bool,
) -> Option<TaskFailure> {
    let reason = match ended {
        Ok(Ok(())) if early => "ended although no stop was requested".to_owned(),
        Ok(Ok(())) => return None,
        Ok(Err(error)) => format!("{error:#}"),
        Err(panic) => format!("panicked: {}", panic_message(panic.as_ref())),
    };
    Some(TaskFailure { task: task.clone(), reason: Arc::from(reason) })
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)")
}
