//! Tests of the running service through its gRPC API, on both engines, with a manual clock.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod callers;
mod families;
mod grants;

mod introspection;
mod minting;
mod oidc;
mod pruning;
mod revocations;
mod schema;
mod secrecy;
mod service;
mod sessions;
mod storage;
mod token_management;
