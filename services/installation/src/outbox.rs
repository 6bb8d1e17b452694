//! Messages that are committed together with the change they report: audit log entries and events.

pub(crate) mod audit;
pub(crate) mod events;
