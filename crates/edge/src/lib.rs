//! The parts that every public HTTP interface of the platform needs: client addresses, credentials, tokens and their
//! revocation, origins, and rate limits. Nothing here knows the REST API.

pub mod answer;
pub mod client_address;
pub mod credentials;
pub mod introspection;
pub mod origins;
pub mod rate_limit;
pub mod revocations;
pub mod same_origin;
pub mod unknown_proxy;
