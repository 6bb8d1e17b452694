//! How a task ended, and whether that is a failure.

use std::any::Any;
use std::sync::Arc;

/// What a task may return: nothing, or a result whose error says why it gave up.
pub trait Outcome: Send {
    /// The result as one type.
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

/// A task that ended as it should not have.
#[derive(Clone, Debug, thiserror::Error)]
#[error("task {task}: {reason}")]
pub struct TaskFailure {
    /// Name it was spawned with.
    pub task: Arc<str>,
    /// What happened, with the chain of causes.
    pub reason: Arc<str>,
}

/// `early`: the task was to go on until a stop is requested, and none was.
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
