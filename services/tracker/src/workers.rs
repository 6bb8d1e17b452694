//! Background tasks.

pub(crate) mod audit_retention;
pub(crate) mod erase;
pub(crate) mod error_retention;
pub(crate) mod metric_rules;
