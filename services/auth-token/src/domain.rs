//! What this service decides, without I/O: the arguments are what is stored and what time it is.

pub mod code;
pub mod ended;
pub mod grant;
pub mod lifetimes;
pub mod mint;
pub mod oidc_identity;
pub mod oidc_sign_in;
pub mod pair;
pub mod refresh;
pub mod refresh_by_assertion;
pub mod refresh_limit;
pub mod stored_token;
pub mod user_scopes;
