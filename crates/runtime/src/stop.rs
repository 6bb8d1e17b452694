//! The stop of a process or of a part of it: requests, running tasks, and the reason.
//!
//! A *soft* stop asks tasks to finish their current work ([`Stop::requested`]). A *hard* stop drops them at
//! their next await. SIGTERM or SIGINT causes a soft stop; a second signal, or a drain that takes too long,
//! causes a hard stop.
//!
//! ```
//! # use patchbay_runtime::Stop; use std::time::Duration;
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> anyhow::Result<()> {
//! let stop = Stop::new();
//! stop.spawn("ticker", {
//!     let stop = stop.clone();
//!     async move {
//!         let mut tick = tokio::time::interval(Duration::from_secs(1));
//!         loop {
//!             tokio::select! {
//!                 _ = tick.tick() => { /* work */ }
//!                 () = stop.requested() => return Ok::<(), anyhow::Error>(()),
//!             }
//!         }
//!     }
//! });
//! stop.drain(Duration::from_secs(10)).await?;
//! # Ok(()) }
//! ```

mod drain;
mod outcome;
mod running;
mod signals;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use tokio_util::sync::CancellationToken;

pub use drain::DrainError;
pub use outcome::{Outcome, TaskFailure};
use running::Running;

/// A scope that can be stopped. Cheap to clone; clones are the same scope.
#[derive(Clone, Debug)]
pub struct Stop(Arc<Scope>);

#[derive(Debug)]
struct Scope {
    soft: CancellationToken,
    hard: CancellationToken,
    running: Running,
    failure: Mutex<Option<TaskFailure>>,
    parent: Option<Stop>,
}

impl Stop {
    /// A top-level scope. A process has one; a test can have several.
    #[expect(clippy::new_without_default, reason = "a default scope would never be stopped")]
    pub fn new() -> Self {
        Self::within(CancellationToken::new(), CancellationToken::new(), None)
    }

    /// An inner scope. It stops with this scope and can be stopped alone. Its tasks also count as tasks of
    /// this scope, and a failing task stops this scope as well.
    pub fn child(&self) -> Self {
        Self::within(self.0.soft.child_token(), self.0.hard.child_token(), Some(self.clone()))
    }

    fn within(soft: CancellationToken, hard: CancellationToken, parent: Option<Self>) -> Self {
        Self(Arc::new(Scope { soft, hard, running: Running::default(), failure: Mutex::new(None), parent }))
    }

    /// Requests a soft stop of this scope and its inner scopes.
    pub fn request(&self) {
        self.0.soft.cancel();
    }

    /// Requests a hard stop: every task of this scope is dropped at its next await.
    pub fn request_hard(&self) {
        self.0.soft.cancel();
        self.0.hard.cancel();
    }

    /// Returns once a stop has been requested. Cancel safe.
    pub async fn requested(&self) {
        self.0.soft.cancelled().await;
    }

    /// Whether a stop has been requested.
    pub fn is_requested(&self) -> bool {
        self.0.soft.is_cancelled()
    }

    /// Returns once a hard stop has been requested, for work outside of spawned tasks. Cancel safe.
    pub async fn hard_requested(&self) {
        self.0.hard.cancelled().await;
    }

    /// The soft stop as a cancellation token, for libraries that take one.
    pub fn token(&self) -> CancellationToken {
        self.0.soft.clone()
    }

    /// Runs a task that works until a stop is requested, such as a server, consumer or worker. If it ends
    /// earlier, whether with an error, a panic or without one, the process would continue without its work.
    /// Therefore the whole process is stopped, and [`Stop::drain`] returns the reason.
    pub fn spawn<F>(&self, name: impl Into<String>, task: F)
    where
        F: Future + Send + 'static,
        F::Output: Outcome,
    {
        self.track(name.into(), task, true);
    }

    /// Runs a task that ends by itself, such as a one-time repair. Only an error or a panic stops the
    /// process.
    pub fn spawn_once<F>(&self, name: impl Into<String>, task: F)
    where
        F: Future + Send + 'static,
        F::Output: Outcome,
    {
        self.track(name.into(), task, false);
    }

    /// The names of the running tasks, including those of inner scopes.
    pub fn running(&self) -> Vec<String> {
        self.0.running.names()
    }

    fn track<F>(&self, name: String, task: F, endless: bool)
    where
        F: Future + Send + 'static,
        F::Output: Outcome,
    {
        let name: Arc<str> = Arc::from(name);
        let guards: Vec<_> = self.scopes().map(|stop| stop.0.running.enter(name.clone())).collect();
        let stop = self.clone();
        tokio::spawn(async move {
            // Dropped in every case, also if the runtime drops the task, so that the drain does not wait for
            // a task that is gone.
            let guards = guards;
            let task = AssertUnwindSafe(task).catch_unwind();
            let ended = tokio::select! {
                biased;
                () = stop.0.hard.cancelled() => return guards.iter().for_each(running::Guard::note_dropped),
                ended = task => ended,
            };
            let early = endless && !stop.is_requested();
            if let Some(failure) = outcome::failure(&name, ended.map(Outcome::into_result), early) {
                stop.fail(failure);
            }
        });
    }

    /// Stores the first failure in this scope and all outer scopes, and stops them.
    fn fail(&self, failure: TaskFailure) {
        tracing::error!(task = %failure.task, reason = %failure.reason, "a task failed; the process stops");
        for stop in self.scopes() {
            stop.0
                .failure
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert_with(|| failure.clone());
            stop.request();
        }
    }

    /// The failure that caused the stop, if a failure did.
    pub fn failure(&self) -> Option<TaskFailure> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn scopes(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |stop| stop.0.parent.as_ref())
    }
}
