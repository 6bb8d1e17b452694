//! Tests that run on both engines.

mod connecting;
mod errors;
mod inserts;
mod lists;
mod migrating;
mod outbox;
mod things;
mod transactions;
mod types;
