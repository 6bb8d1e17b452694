//! What every public HTTP interface of the platform needs: where a request comes from, what it shows to authenticate
//! itself, what a token allows, and how often a caller may call. It knows nothing of the REST API.

pub(crate) mod answer;
pub(crate) mod client_address;
pub(crate) mod credentials;
pub(crate) mod introspection;
pub(crate) mod origins;
pub(crate) mod rate_limit;
pub(crate) mod revocations;
pub(crate) mod same_origin;
