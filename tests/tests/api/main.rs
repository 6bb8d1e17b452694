//! The REST API of an all-in-one Patchbay, operation by operation, as its own description lists them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod apps;
mod fixtures;
mod fuzz;
mod matrix;
mod operation;
mod people;
mod server;
mod strangers;
mod ui;
mod who;
