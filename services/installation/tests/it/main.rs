//! The service as others meet it: started in process beside the real services it calls, called through a real
//! channel, on both engines.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod authorizing;
mod callers;
mod creating_apps;
mod installing;
mod parallel;
mod reading_apps;
mod reading_installations;
mod running;
mod schema;
mod uninstalling;
mod watching;
