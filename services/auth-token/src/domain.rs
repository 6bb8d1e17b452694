//! Plain functions and types without I/O. The clock and random values are arguments.

pub(crate) mod access;
pub(crate) mod code;
pub(crate) mod ended;
pub(crate) mod grant;
pub(crate) mod lifetimes;
pub(crate) mod mint;
pub(crate) mod oidc_identity;
pub(crate) mod oidc_sign_in;
pub(crate) mod pair;
pub(crate) mod refresh;
pub(crate) mod refresh_by_assertion;
pub(crate) mod refresh_limit;
pub(crate) mod stored_token;
pub(crate) mod user_scopes;
