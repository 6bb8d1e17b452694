//! Loops that run as long as the process.

pub(crate) mod pruner;
pub(crate) mod use_recorder;
