//! Decisions: plain functions of plain values.

pub(crate) mod after_attempt;
pub(crate) mod attempt_headers;
pub(crate) mod breaker;
pub(crate) mod broken;
pub(crate) mod concurrency;
pub(crate) mod crowding;
pub(crate) mod delivery;
pub(crate) mod event_filter;
pub(crate) mod request_access;
pub(crate) mod request_log;
pub(crate) mod retry_after;
pub(crate) mod retry_schedule;
pub(crate) mod tally;
pub(crate) mod timeout_bounds;
pub(crate) mod verdict;
pub(crate) mod window;
