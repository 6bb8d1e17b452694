//! Messages nobody could handle.

use crate::Message;

/// A message taken out of its queue for good, kept for a person to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The message as it was published.
    pub message: Message,
    /// Why it is here.
    pub reason: DeadReason,
}

/// Why a message became a dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadReason {
    /// A consumer rejected it.
    Rejected,
    /// It came back to its queue more often than allowed.
    DeliveryLimit,
    /// Anything else a broker can do to a message, in its words.
    Other(String),
}
