//! Grants, tokens and sessions.
//!
//! The service keeps hashes only: a token is shown once, when it is made. What has to be shown again, a grant's
//! code and the pair of a refresh whose answer was lost, is derived again with the server key.
//!
//! Every write to an installation's grant and tokens happens under that installation's lock, every
//! revocation is recorded in one ordered list in the same transaction, and that list is what watchers are told.

mod config;
pub mod domain;
mod grpc;
mod metrics;
mod oidc;
mod revocation_feed;
mod state;
mod store;
mod workers;

mod begin_oidc_sign_in;
mod create_grant;
mod create_session;
mod create_sign_in_link;
mod end_session;
mod exchange;
mod finish_oidc_sign_in;
mod forget_oidc_identities;
mod introspect;
mod last_used;
mod list_grants;
mod list_tokens;
mod mint_installation_token;
mod mint_user_token;
mod redeem_sign_in_link;
mod refresh;
mod refresh_by_assertion;
mod revoke_installation;
mod revoke_token;
mod revoke_user;
mod rotate;
mod update_app_scopes;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use patchbay_db::{Db, Migrations};
use patchbay_proto::auth_token::sessions_server::SessionsServer;
use patchbay_proto::auth_token::tokens_server::TokensServer;
use patchbay_rpc::Server;
use patchbay_runtime::Runtime;

pub use config::{Config, OidcConfig};

use grpc::sessions::SessionsService;
use grpc::tokens::TokensService;
pub use metrics::AuthTokenMetrics;
use revocation_feed::RevocationFeed;
use state::State;

/// Folder, database schema and file are called so.
pub const NAME: &str = "auth-token";

/// The tables of this service.
pub static MIGRATIONS: Migrations = patchbay_db::migrations![
    "0001_grants",
    "0002_tokens",
    "0003_sign_in_links",
    "0004_revocations",
    "0005_ended_installations",
    "0006_last_used",
    "0007_used_once",
    "0008_oidc_identities"
];

const READINESS_LIMIT: Duration = Duration::from_secs(2);

/// Starts the workers (as tasks of `runtime.stop`) and adds the gRPC services to `server`.
///
/// # Errors
/// When the database cannot be read.
pub async fn start(server: Server, runtime: Runtime, db: Db, config: Config) -> anyhow::Result<Server> {
    let Runtime { clock, metrics, readiness, stop } = runtime;
    readiness.check(NAME, READINESS_LIMIT, {
        let db = db.clone();
        move || {
            let db = db.clone();
            async move { db.ready().await }
        }
    });

    // Read before anybody can watch, so that the feed tells every watcher all that comes after.
    let position = store::revocations::latest(&db).await.context("the list of revocations cannot be read")?;
    let feed = RevocationFeed::new();
    stop.spawn("auth-token revocations", feed.clone().run(db.clone(), clock.clone(), position, stop.clone()));
    stop.spawn("auth-token pruner", workers::pruner::run(db.clone(), clock.clone(), stop.clone()));

    let state = Arc::new(State::new(db, clock, config, AuthTokenMetrics::register(&metrics), feed)?);
    stop.spawn("auth-token uses", workers::use_recorder::run(state.clone(), stop.clone()));
    Ok(server
        .add_service(TokensServer::new(TokensService { state: state.clone(), stop }))
        .add_service(SessionsServer::new(SessionsService { state })))
}
