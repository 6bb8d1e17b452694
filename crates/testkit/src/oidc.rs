//! A small OpenID Connect provider on a port of its own: discovery, keys, authorization code with PKCE, RS256.

mod provider;
mod server;

pub use provider::{CLIENT_ID, CLIENT_SECRET, Provider};
