//! Decisions: plain functions over plain data.

pub(crate) mod app;
pub(crate) mod custom_event_type;
pub(crate) mod installation;
pub(crate) mod mail;
pub(crate) mod organization;
pub(crate) mod problems;
pub(crate) mod publication_request;
pub(crate) mod schema;
pub(crate) mod stats;
pub(crate) mod suspension;
#[cfg(test)]
mod test_app;
#[cfg(test)]
mod test_callers;
