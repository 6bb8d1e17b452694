//! Alert rules, the events by which they notify apps, and the tickets that they request.

pub(crate) mod action;
pub(crate) mod check;
pub(crate) mod metric_rule;
pub(crate) mod rule;
pub(crate) mod rule_action;
pub(crate) mod ticket_action;
pub(crate) mod triggered;
