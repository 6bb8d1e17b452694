//! A small OpenID Connect provider for tests: discovery, keys, authorization code with PKCE, RS256.

mod provider;
mod server;

pub use provider::{CLIENT_ID, CLIENT_SECRET, Provider};
