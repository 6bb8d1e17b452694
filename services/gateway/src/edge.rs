//! The parts that every public HTTP interface of the platform needs: client addresses, credentials, tokens and their
//! revocation, origins, and rate limits. Nothing here knows the REST API.

pub(crate) mod answer;
pub(crate) mod client_address;
pub(crate) mod credentials;
pub(crate) mod introspection;
pub(crate) mod origins;
pub(crate) mod rate_limit;
pub(crate) mod revocations;
pub(crate) mod same_origin;
