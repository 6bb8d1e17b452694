//! Decisions: plain functions over plain data.

pub(crate) mod access;
pub(crate) mod body;
pub(crate) mod custom_type;
pub(crate) mod custom_types;
pub(crate) mod decision;
pub(crate) mod event;
pub(crate) mod fingerprint;
#[cfg(test)]
mod fit_tests;
pub(crate) mod index;
pub(crate) mod kind;
pub(crate) mod matching;
pub(crate) mod number;
pub(crate) mod receiver;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod subscription;
