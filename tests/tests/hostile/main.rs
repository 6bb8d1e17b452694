//! The promises of SECURITY.md against hostile input: each test covers one kind of attack on every operation, field or RPC that it
//! concerns. Operations come from the OpenAPI document, so a new one is attacked as soon as it has a fixture.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../api/apps.rs"]
#[expect(dead_code, reason = "the tests of the API use the rest")]
mod apps;
#[path = "../api/description.rs"]
mod description;
#[path = "../api/fixtures.rs"]
#[expect(dead_code, reason = "the tests of the API use the rest")]
mod fixtures;
#[path = "../api/operation.rs"]
#[expect(dead_code, reason = "the tests of the API use the rest")]
mod operation;
#[path = "../api/people.rs"]
mod people;
#[path = "../api/server.rs"]
#[expect(dead_code, reason = "the tests of the API use the rest")]
mod server;
#[path = "../api/who.rs"]
#[expect(dead_code, reason = "the tests of the API use the rest")]
mod who;
#[path = "../api/world.rs"]
mod world;

mod addresses;
mod attack;
mod bodies;
mod disabled_apps;
mod fields;
mod foreign;
mod foreign_ids;
mod receivers;
mod rpcs;
mod slow_bodies;
mod types;
