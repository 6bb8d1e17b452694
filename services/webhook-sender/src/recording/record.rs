use std::time::Duration;

use chrono::{DateTime, Utc};

use super::origin::Origin;
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{Delivery, State};

/// The outcome for one webhook.
#[derive(Debug)]
pub(crate) struct Record {
    /// As it is after the attempt.
    pub delivery: Delivery,
    pub attempt: Option<Attempt>,
    pub state: State,
    pub origin: Origin,
}

impl Record {
    /// Removes the exchange, which is all that comes from outside. Returns whether there was one.
    pub(crate) fn strip(&mut self) -> bool {
        self.attempt.as_mut().is_some_and(|attempt| attempt.exchange.take().is_some())
    }

    /// Whether `deliveries` needs a row: always, except for a webhook that is delivered at once.
    pub(crate) fn needs_row(&self) -> bool {
        self.origin.has_row() || !matches!(self.state, State::Delivered | State::Called)
    }

    /// True if other work is blocked until this record is committed. The records of bus messages whose webhooks were
    /// delivered, or are due later than `linger` from now, only delay an acknowledgement.
    pub(super) fn is_urgent(&self, now: DateTime<Utc>, linger: Duration) -> bool {
        match (&self.origin, &self.state) {
            (Origin::Message(_), State::Delivered) => false,
            (Origin::Message(_), State::Pending { due_at, .. }) => *due_at <= now + linger,
            _ => true,
        }
    }
}
