//! Loops.

pub(crate) mod backlog;
pub(crate) mod due;
pub(crate) mod keep_breakers;
pub(crate) mod release;
pub(crate) mod write;
