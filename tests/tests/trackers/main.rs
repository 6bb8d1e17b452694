//! Whole platforms beside trackers: both sides follow each other, also while processes are killed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conformance;
mod github;
mod jira;
mod platform;
mod platform_process;
mod roundup;
mod roundup_tracker;
