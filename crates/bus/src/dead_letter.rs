//! Messages that could not be processed.

use crate::Message;

/// A message that was removed from its queue and is kept for inspection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The message as it was published.
    pub message: Message,
    pub reason: DeadReason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadReason {
    /// A consumer rejected it.
    Rejected,
    /// It was returned to its queue more often than the delivery limit allows.
    DeliveryLimit,
    /// Any other reason, as the broker names it.
    Other(String),
}
