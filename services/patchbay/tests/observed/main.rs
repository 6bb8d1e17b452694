//! A running platform observed from outside: traces, metrics, the request log.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod event_types;
mod metrics;
mod own_ports;
mod platform;
mod traces;
