//! The whole service through its gRPC, on both engines, with the clock moved by hand.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod callers;
mod families;
mod grants;
mod hand_made;
mod introspection;
mod minting;
mod oidc;
mod pruning;
mod revocations;
mod schema;
mod secrecy;
mod sessions;
mod storage;
mod world;
