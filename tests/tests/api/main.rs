//! The REST API of an all-in-one Patchbay, for each operation in its OpenAPI description.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "ids that no other test has")]

mod apps;
mod description;
mod fixtures;
mod fuzz;
mod integrations;
mod matrix;
mod operation;
mod people;
mod server;
mod strangers;
mod ui;
mod who;
mod world;
