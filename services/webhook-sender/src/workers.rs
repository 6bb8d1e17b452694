//! Loops.

pub(crate) mod backlog;
pub(crate) mod bury;
pub(crate) mod disable;
pub(crate) mod due;
pub(crate) mod keep_breakers;
pub(crate) mod recover;
pub(crate) mod release;
pub(crate) mod retention;
pub(crate) mod tally;
pub(crate) mod write;
