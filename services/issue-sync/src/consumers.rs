//! What this service hears from the bus.

pub(crate) mod issue_changes;
