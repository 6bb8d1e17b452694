//! Loops that run as long as the process.

pub(crate) mod pruner;
