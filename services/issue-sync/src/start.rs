use std::sync::Arc;

use patchbay_bus::{Bus, Queue, outbox};
use patchbay_db::Db;
use patchbay_domain::sealed::SealingKeys;
use patchbay_proto::installation::mail_client::MailClient;
use patchbay_proto::issue_sync::encryption_server::EncryptionServer;
use patchbay_proto::issue_sync::external_actors_server::ExternalActorsServer;
use patchbay_proto::issue_sync::inbound_server::InboundServer;
use patchbay_proto::issue_sync::integrations_server::IntegrationsServer;
use patchbay_proto::issue_sync::links_server::LinksServer;
use patchbay_proto::issue_sync::setup_server::SetupServer;
use patchbay_rpc::{Channel, MAX_MESSAGE_BYTES, Server};
use patchbay_runtime::Runtime;

use crate::consumers::issue_changes::{self, IssueChanges};
use crate::context::Context;
use crate::metrics::SyncMetrics;
use crate::peers::Tracker;
use crate::providers::registry::Registry;
use crate::sealing::refuse_missing_keys;
use crate::{Config, workers};
use patchbay_provider::{Limiters, Provider, Transport};

/// The services that this one calls.
#[derive(Debug, Clone)]
pub struct Peers {
    /// Serves `tracker.Directory`, `tracker.Projects` and `tracker.Issues`.
    pub tracker: Channel,
    /// Serves `installation.Mail`.
    pub installation: Channel,
}

/// Starts the outbox relay and the workers as tasks of `runtime.stop`, and adds the gRPC services to `server`.
///
/// # Errors
/// The egress settings are invalid, or an encryption key that is in use is not configured.
#[expect(clippy::too_many_arguments, reason = "each is a part of the process that only this service gets")]
pub async fn start(
    server: Server,
    runtime: Runtime,
    db: Db,
    bus: Bus,
    peers: Peers,
    sealing: SealingKeys,
    providers: Vec<Arc<dyn Provider>>,
    config: Config,
) -> anyhow::Result<Server> {
    let Runtime { clock, random, metrics, stop, .. } = runtime;
    refuse_missing_keys(&db, &sealing).await?;
    let context = Context {
        db: db.clone(),
        clock: clock.clone(),
        random,
        sealing,
        registry: Registry::new(providers),
        tracker: Tracker::new(peers.tracker.clone()),
        mail: MailClient::new(peers.installation),
        transport: Transport::new(&config.egress.client()?)?,
        limiters: Limiters::new(clock.clone()),
        locks: Default::default(),
        config: config.into(),
        metrics: SyncMetrics::register(&metrics),
        removal: Default::default(),
        inbound: Default::default(),
        outbound: Default::default(),
        stop: stop.clone(),
    };
    let consumer = bus.consume(Queue::IssueSync, issue_changes::WINDOW);
    let changes = IssueChanges { consumer, context: context.clone() };
    stop.spawn("issue-sync: changes of issues", changes.run());
    stop.spawn("issue-sync: outbox", outbox::relay(db, bus, clock, stop.token()));
    stop.spawn("issue-sync: inbound", workers::inbound::run(context.clone()));
    stop.spawn("issue-sync: outbound", workers::outbound::run(context.clone()));
    stop.spawn("issue-sync: tickets of issues", workers::ticket_records::run(context.clone()));
    stop.spawn("issue-sync: health", workers::health::run(context.clone()));
    stop.spawn("issue-sync: removal", workers::remove::run(context.clone()));
    stop.spawn("issue-sync: encryption", workers::reencrypt::run(context.clone()));
    stop.spawn("issue-sync: pruning", workers::prune::run(context.clone()));

    Ok(server
        .with_directory(peers.tracker)
        .add_service(IntegrationsServer::new(context.clone()))
        .add_service(SetupServer::new(context.clone()))
        .add_service(LinksServer::new(context.clone()))
        .add_service(ExternalActorsServer::new(context.clone()))
        .add_service(EncryptionServer::new(context.clone()))
        .add_service(InboundServer::new(context).max_decoding_message_size(MAX_MESSAGE_BYTES)))
}
