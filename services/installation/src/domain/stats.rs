//! Hourly counts of installations and interactions.

pub(crate) mod interaction;
pub(crate) mod period;
