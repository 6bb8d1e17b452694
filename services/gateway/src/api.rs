//! The table of operations, and what their handlers share: the caller, parameters, bodies, pages and refusals.

pub(crate) mod access;
pub(crate) mod authenticate;
pub(crate) mod body;
pub(crate) mod by_address;
pub(crate) mod closed_organization;
pub(crate) mod error;
pub(crate) mod fields;
pub(crate) mod form_body;
pub(crate) mod key;
pub(crate) mod known_parameters;
pub(crate) mod openapi;
pub(crate) mod operation;
pub(crate) mod page;
pub(crate) mod params;
pub(crate) mod query;
pub(crate) mod request_id;
pub(crate) mod resolution;
pub(crate) mod schema;
pub(crate) mod scopes;
