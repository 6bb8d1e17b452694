use patchbay_bus::{Bus, outbox};
use patchbay_db::Db;
use patchbay_domain::sealed::SealingKeys;
use patchbay_proto::installation::app_registry_server::AppRegistryServer;
use patchbay_proto::installation::app_tokens_server::AppTokensServer;
use patchbay_proto::installation::encryption_server::EncryptionServer;
use patchbay_proto::installation::event_types_server::EventTypesServer;
use patchbay_proto::installation::installations_server::InstallationsServer;
use patchbay_proto::installation::publishing_server::PublishingServer;
use patchbay_rpc::{Channel, Server};
use patchbay_runtime::Runtime;

use crate::changes::Changes;
use crate::context::Context;
use crate::mail::{Post, Postman, Transport};
use crate::missing_keys::refuse_missing_keys;
use crate::peers::{Directory, Projects, Tokens};
use crate::workers;
use crate::{Config, InstallationMetrics};

/// The services that this one calls.
#[derive(Debug)]
pub struct Peers {
    /// Serves `auth_token.Tokens`.
    pub auth_token: Channel,
    /// Serves `tracker.Directory` and `tracker.Projects`: the reference tracker, or the product itself.
    pub tracker: Channel,
}

/// Starts the outbox relay, the postman and upkeep (as tasks of `runtime.stop`) and adds the services to `server`.
///
/// # Errors
/// When the settings name a mail server that cannot be one, or lack an encryption key that is in use.
pub async fn start(
    server: Server,
    runtime: Runtime,
    db: Db,
    bus: Bus,
    peers: Peers,
    sealing: SealingKeys,
    config: Config,
) -> anyhow::Result<Server> {
    let Peers { auth_token: tokens, tracker: directory } = peers;
    let Runtime { clock, metrics, stop, .. } = runtime;

    let metrics = InstallationMetrics::register(&metrics);
    metrics.secrets_to_reencrypt.set(refuse_missing_keys(&db, &sealing).await?);
    let post = Post::new(&config, clock.clone());
    let postman = Postman {
        db: db.clone(),
        clock: clock.clone(),
        post: post.clone(),
        transport: Transport::new(&config.mail)?,
        sender: config.mail.sender,
        metrics: metrics.clone(),
    };
    stop.spawn("installation: mail", postman.run(stop.clone()));

    let context = Context {
        db: db.clone(),
        clock: clock.clone(),
        sealing,
        tokens: Tokens::new(tokens),
        projects: Projects::new(directory.clone()),
        directory: Directory::new(directory),
        changes: Changes::new(config.poll_interval),
        post,
        metrics,
        timeouts: config.app_timeouts,
        upkeep: Default::default(),
        stop: stop.clone(),
    };
    stop.spawn("installation: upkeep", workers::run(context.clone()));
    stop.spawn("installation: encryption", workers::reencrypt::run(context.clone()));
    stop.spawn("installation: outbox", outbox::relay(db, bus, clock, stop.token()));

    Ok(server
        .add_service(AppTokensServer::new(context.clone()))
        .add_service(AppRegistryServer::new(context.clone()))
        .add_service(EncryptionServer::new(context.clone()))
        .add_service(InstallationsServer::new(context.clone()))
        .add_service(EventTypesServer::new(context.clone()))
        .add_service(PublishingServer::new(context)))
}
