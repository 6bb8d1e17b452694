//! Decisions: plain functions over plain data.

pub(crate) mod access;
pub(crate) mod alert;
pub(crate) mod audit_entry;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod input;
pub(crate) mod issue;
pub(crate) mod links;
pub(crate) mod organization;
pub(crate) mod project;
pub(crate) mod search;
pub(crate) mod time_format;
pub(crate) mod user;
