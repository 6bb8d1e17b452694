//! Tests of the running service: in process, beside the real tracker service, on both engines, with a provider that is defined here.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod deleted_issues;
mod encryption;
mod external_actors;
mod inbound;
mod links;
mod outbound;
mod removal;
mod schema;
mod service;
mod settings;
mod setup;
mod simulation;
