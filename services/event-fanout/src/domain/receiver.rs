//! An installation as the body of its webhook shows it.

use uuid::Uuid;

use super::subscription::Subscription;

/// An installation that gets an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Receiver<'a> {
    pub(crate) installation_id: Uuid,
    /// `None` for an installation that is not in the index, because it is just starting or has ended.
    pub(crate) subscription: Option<&'a Subscription>,
}
