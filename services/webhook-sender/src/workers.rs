//! Loops.

pub(crate) mod backlog;
pub(crate) mod due;
pub(crate) mod write;
