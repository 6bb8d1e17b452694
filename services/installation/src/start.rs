use patchbay_bus::{Bus, outbox};
use patchbay_db::Db;
use patchbay_domain::sealed::SealingKeys;
use patchbay_proto::installation::app_registry_server::AppRegistryServer;
use patchbay_proto::installation::app_tokens_server::AppTokensServer;
use patchbay_proto::installation::encryption_server::EncryptionServer;
use patchbay_proto::installation::event_types_server::EventTypesServer;
use patchbay_proto::installation::installations_server::InstallationsServer;
use patchbay_proto::installation::mail_server::MailServer;
use patchbay_proto::installation::publishing_server::PublishingServer;
use patchbay_rpc::{Channel, Server};
use patchbay_runtime::Runtime;

use crate::context::Context;
use crate::mail::{MailOutbox, MailWorker, Transport};
use crate::peers::{Directory, Projects, Tokens};
use crate::sealing::refuse_missing_keys;
use crate::watch::changes::Changes;
use crate::workers;
use crate::{Config, InstallationMetrics};

/// Channels to the services that this one calls.
#[derive(Debug)]
pub struct Peers {
    /// Serves `auth_token.Tokens`.
    pub auth_token: Channel,
    /// Serves `tracker.Directory` and `tracker.Projects`: the reference tracker, or the operator's own product.
    pub tracker: Channel,
}

/// Starts the outbox relay, the mail worker and the upkeep workers as tasks of `runtime.stop`, and adds the gRPC services to
/// `server`.
///
/// # Errors
/// The mail settings are invalid, or an encryption key that is in use is not configured.
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
    let Runtime { clock, random, metrics, stop, .. } = runtime;

    let metrics = InstallationMetrics::register(&metrics);
    metrics.secrets_to_reencrypt.set(refuse_missing_keys(&db, &sealing).await?);
    let mail = MailOutbox::new(&config, clock.clone(), random.clone());
    let mail_worker = MailWorker {
        db: db.clone(),
        clock: clock.clone(),
        outbox: mail.clone(),
        transport: Transport::new(&config.mail)?,
        sender: config.mail.sender,
        metrics: metrics.clone(),
    };
    stop.spawn("installation: mail", mail_worker.run(stop.clone()));

    let context = Context {
        db: db.clone(),
        clock: clock.clone(),
        random,
        sealing,
        tokens: Tokens::new(tokens),
        projects: Projects::new(directory.clone()),
        directory: Directory::new(directory.clone()),
        changes: Changes::new(config.poll_interval),
        mail,
        metrics,
        timeouts: config.app_timeouts,
        upkeep: Default::default(),
        stop: stop.clone(),
    };
    stop.spawn("installation: upkeep", workers::run(context.clone()));
    stop.spawn("installation: encryption", workers::reencrypt::run(context.clone()));
    stop.spawn("installation: outbox", outbox::relay(db, bus, clock, stop.token()));

    Ok(server
        .with_directory(directory)
        .add_service(AppTokensServer::new(context.clone()))
        .add_service(AppRegistryServer::new(context.clone()))
        .add_service(EncryptionServer::new(context.clone()))
        .add_service(InstallationsServer::new(context.clone()))
        .add_service(MailServer::new(context.clone()))
        .add_service(EventTypesServer::new(context.clone()))
        .add_service(PublishingServer::new(context)))
}
