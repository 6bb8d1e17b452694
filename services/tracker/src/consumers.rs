//! Consumers of the bus.

pub(crate) mod audit_entries;
