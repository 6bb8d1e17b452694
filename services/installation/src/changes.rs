//! Tells the streams of this process that something has changed.

use std::time::Duration;

use patchbay_domain::Clock;
use tokio::sync::watch;

/// Cheap to clone; clones belong together.
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
    /// Changes of other processes go unannounced: listeners are woken every `poll_interval` to look for them.
    pub(crate) fn new(poll_interval: Duration) -> Self {
        Self { made: watch::Sender::new(()), poll_interval }
    }

    /// To be called after the commit.
    pub(crate) fn announce(&self) {
        self.made.send_replace(());
    }

    pub(crate) fn listen(&self) -> ChangeListener {
        ChangeListener { made: self.made.subscribe(), poll_interval: self.poll_interval }
    }
}

impl ChangeListener {
    /// From here on an announcement ends the next [`ChangeListener::wait`], also one that comes before it:
    /// call it before looking.
    pub(crate) fn about_to_look(&mut self) {
        self.made.mark_unchanged();
    }

    /// Until there may be something new.
    pub(crate) async fn wait(&mut self, clock: &Clock) {
        tokio::select! {
            // An error means that nobody is left to announce: the poll goes on.
            Ok(()) = self.made.changed() => {}
            () = patchbay_runtime::sleep(clock, self.poll_interval) => {}
        }
    }
}
