//! Wakes the streams of this process after a change.

use std::time::Duration;

use patchbay_domain::Clock;
use tokio::sync::watch;

/// Cheap to clone; clones share their listeners.
#[derive(Clone, Debug)]
pub(crate) struct Changes {
    made: watch::Sender<()>,
    poll_interval: Duration,
}

/// One stream's view of [`Changes`].
#[derive(Debug)]
pub(crate) struct ChangeListener {
    made: watch::Receiver<()>,
    poll_interval: Duration,
}

impl Changes {
    /// Other processes do not announce their changes here, so listeners also wake every `poll_interval`.
    pub(crate) fn new(poll_interval: Duration) -> Self {
        Self { made: watch::Sender::new(()), poll_interval }
    }

    /// Call after the commit.
    pub(crate) fn announce(&self) {
        self.made.send_replace(());
    }

    pub(crate) fn listen(&self) -> ChangeListener {
        ChangeListener { made: self.made.subscribe(), poll_interval: self.poll_interval }
    }
}

impl ChangeListener {
    /// Call before reading: an announcement after this call ends the next [`ChangeListener::wait`].
    pub(crate) fn mark_unchanged(&mut self) {
        self.made.mark_unchanged();
    }

    /// Waits until there may be a change.
    pub(crate) async fn wait(&mut self, clock: &Clock) {
        tokio::select! {
            // An error means that all senders are gone; polling continues.
            Ok(()) = self.made.changed() => {}
            () = patchbay_runtime::sleep(clock, self.poll_interval) => {}
        }
    }
}
