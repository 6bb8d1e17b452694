//! A small OpenID Connect provider for tests: discovery, keys, authorization code with PKCE, RS256.

mod provider;
mod server;
mod state;

pub use provider::Provider;
pub use state::{CLIENT_ID, CLIENT_SECRET};
