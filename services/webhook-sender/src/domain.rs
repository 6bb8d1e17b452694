//! Decisions: plain functions over plain data.

pub(crate) mod after_attempt;
pub(crate) mod attempt;
pub(crate) mod attempt_headers;
pub(crate) mod auto_disable;
pub(crate) mod breaker;
pub(crate) mod concurrency;
pub(crate) mod delivery;
pub(crate) mod endpoint_counts;
pub(crate) mod event_filter;
pub(crate) mod mask;
pub(crate) mod pace;
pub(crate) mod queue_pressure;
pub(crate) mod recovery_status;
pub(crate) mod request_access;
pub(crate) mod request_log;
pub(crate) mod retry_after;
pub(crate) mod retry_schedule;
pub(crate) mod turns;
pub(crate) mod verdict;
pub(crate) mod window;
