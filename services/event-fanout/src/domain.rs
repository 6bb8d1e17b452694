//! What an event is, who gets it and how it is packed: no I/O, no time of its own.

pub(crate) mod access;
pub(crate) mod body;
pub(crate) mod check;
pub(crate) mod decide;
pub(crate) mod decided;
pub(crate) mod event;
#[cfg(test)]
mod fit_tests;
pub(crate) mod index;
pub(crate) mod kind;
pub(crate) mod number;
pub(crate) mod own_type;
pub(crate) mod pack;
pub(crate) mod receiver;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod subscription;
