//! What comes from the bus.

pub(crate) mod audit_entries;
