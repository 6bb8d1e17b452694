//! Loops that run as long as the process.

pub(crate) mod prune;
pub(crate) mod record_uses;
