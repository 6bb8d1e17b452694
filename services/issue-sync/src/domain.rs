//! Decisions: plain functions without I/O.

pub(crate) mod access;
pub(crate) mod external_actor;
pub(crate) mod failure;
pub(crate) mod health;
pub(crate) mod inbound;
pub(crate) mod integration;
pub(crate) mod json;
pub(crate) mod link;
pub(crate) mod order;
pub(crate) mod organization;
pub(crate) mod outbound;
pub(crate) mod retry;
pub(crate) mod settings;
pub(crate) mod setup;
