//! SQL in, domain types out.

pub(crate) mod grants;
pub(crate) mod installation_lock;
pub(crate) mod prune;
pub(crate) mod revocations;
pub(crate) mod sign_in_links;
mod token_row;
pub(crate) mod tokens;
