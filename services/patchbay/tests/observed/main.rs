//! What can be seen of a running platform from outside: traces, metrics, the log of webhooks.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod event_types;
mod metrics;
mod platform;
mod traces;
