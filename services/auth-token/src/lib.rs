//! Grants, tokens and sessions.
//!
//! The service stores hashes only: a token is shown once, in the response that creates it. Two secrets have to be shown again,
//! the code of a grant and the pair of a refresh whose response was lost. The service derives them again with the server key.
//!
//! Every write to the grant and tokens of an installation holds the lock of that installation. Every revocation is recorded in
//! one ordered table in the same transaction, and [`revocation_feed`] sends that table to the watchers.

mod config;
mod context;
mod domain;
mod grpc;
mod last_used;
mod metrics;
mod oidc;
mod revocation_feed;
mod start;
mod store;
mod workers;

use patchbay_db::Migrations;

pub use config::{Config, OidcConfig};
pub use metrics::AuthTokenMetrics;
pub use start::start;

/// Name of the service, of its folder and of its database schema or file.
pub const NAME: &str = "auth-token";

/// The migrations, in the order in which they run.
pub static MIGRATIONS: Migrations = patchbay_db::migrations![
    "0001_grants": derived,
    "0002_tokens": derived,
    "0003_sign_in_links": derived,
    "0004_revocations": derived,
    "0005_ended_installations": derived,
    "0006_last_used": derived,
    "0007_used_once": derived,
    "0008_oidc_identities": derived,
];
