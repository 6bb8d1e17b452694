//! Alert rules, and the events by which they notify apps.

pub(crate) mod action;
pub(crate) mod check;
pub(crate) mod metric_rule;
pub(crate) mod rule;
pub(crate) mod triggered;
