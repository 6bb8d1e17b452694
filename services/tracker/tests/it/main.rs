//! The tracker as others meet it: started in process, called through a real channel, on both engines.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod audit;
mod bad_input;
mod events;
mod issues;
mod members;
mod organizations;
mod projects;
mod running;
mod schema;
mod users;
