use anyhow::Context as _;
use patchbay_db::Db;
use patchbay_proto::auth_token::sessions_server::SessionsServer;
use patchbay_proto::auth_token::tokens_server::TokensServer;
use patchbay_rpc::Server;
use patchbay_runtime::Runtime;

use crate::Config;
use crate::context::Context;
use crate::metrics::AuthTokenMetrics;
use crate::oidc::Provider;
use crate::revocation_feed::RevocationFeed;
use crate::store::revocations;
use crate::workers;

/// Starts the revocation feed and the workers as tasks of `runtime.stop`, and adds the gRPC services to `server`.
///
/// # Errors
/// The database cannot be read, or the issuer of the OpenID Connect provider cannot be used.
pub async fn start(server: Server, runtime: Runtime, db: Db, config: Config) -> anyhow::Result<Server> {
    let Runtime { clock, random, metrics, stop, .. } = runtime;

    // Read before the first watcher can subscribe, so that the feed sends every later revocation to every watcher.
    let position = revocations::latest(&db).await.context("the table of revocations cannot be read")?;
    let feed = RevocationFeed::new();
    stop.spawn(
        "auth-token: revocations",
        feed.clone().run(db.clone(), clock.clone(), position, stop.clone()),
    );
    stop.spawn("auth-token: pruning", workers::prune::run(db.clone(), clock.clone(), stop.clone()));

    let provider = config.oidc.clone().map(|oidc| Provider::new(oidc, clock.clone())).transpose()?;
    let context = Context {
        db,
        clock,
        random,
        config: config.into(),
        metrics: AuthTokenMetrics::register(&metrics),
        feed,
        provider: provider.map(Into::into),
        uses: Default::default(),
        refresh_limit: Default::default(),
        stop: stop.clone(),
    };
    stop.spawn("auth-token: uses", workers::record_uses::run(context.clone()));
    Ok(server.add_service(TokensServer::new(context.clone())).add_service(SessionsServer::new(context)))
}
