//! An installation as the body of its webhook shows it.

use uuid::Uuid;

use super::subscription::Subscription;

/// An installation that gets an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Receiver<'a> {
    pub(crate) installation_id: Uuid,
    /// Absent for an installation that the index does not hold yet or any more.
    pub(crate) subscription: Option<&'a Subscription>,
}
