//! The SQL of the service. Functions take and return domain types.

pub(crate) mod delete_tokens;
pub(crate) mod ended_installations;
pub(crate) mod grants;
pub(crate) mod list_tokens;
pub(crate) mod lock;
pub(crate) mod oidc_identities;
pub(crate) mod prune;
pub(crate) mod revocations;
pub(crate) mod sign_in_links;
mod token_row;
pub(crate) mod tokens;
pub(crate) mod used_once;
