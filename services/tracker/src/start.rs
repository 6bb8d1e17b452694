use std::sync::Arc;

use patchbay_bus::{Bus, Queue, outbox};
use patchbay_db::Db;
use patchbay_proto::tracker::alerts_server::AlertsServer;
use patchbay_proto::tracker::audit_server::AuditServer;
use patchbay_proto::tracker::directory_server::DirectoryServer;
use patchbay_proto::tracker::issues_server::IssuesServer;
use patchbay_proto::tracker::projects_server::ProjectsServer;
use patchbay_rpc::Server;
use patchbay_runtime::Runtime;
use tokio::sync::Notify;

use crate::Config;
use crate::consumers::audit_entries::{self, AuditEntries};
use crate::context::Context;
use crate::domain::links::Links;
use crate::grpc::OwnMemberships;
use crate::metrics::TrackerMetrics;
use crate::recorder::Worker;
use crate::workers::audit_retention;
use crate::workers::erase::Erase;
use crate::workers::error_retention::ErrorRetention;
use crate::workers::metric_rules::MetricRules;

/// Starts the outbox relay, the consumer of audit entries, the recorder of errors and the upkeep workers as tasks of
/// `runtime.stop`, and adds the gRPC services to `server`.
///
/// # Errors
/// Never; every service has this signature.
pub async fn start(
    server: Server,
    runtime: Runtime,
    db: Db,
    bus: Bus,
    config: Config,
) -> anyhow::Result<Server> {
    let Runtime { clock, random, metrics, stop, .. } = runtime;
    let metrics = TrackerMetrics::register(&metrics);
    let links = Links::new(&config.public_url);

    stop.spawn("tracker: outbox", outbox::relay(db.clone(), bus.clone(), clock.clone(), stop.token()));
    let retention = audit_retention::run(db.clone(), clock.clone(), config.audit_retention, stop.clone());
    stop.spawn("tracker: audit retention", retention);
    let retention = ErrorRetention { db: db.clone(), clock: clock.clone(), keep_days: config.error_days };
    retention.make_room().await;
    stop.spawn("tracker: error retention", retention.run(stop.clone()));
    let consumer = bus.consume(Queue::Tracker, audit_entries::WINDOW);
    let entries = AuditEntries { consumer, db: db.clone(), metrics: metrics.clone() };
    stop.spawn("tracker: audit entries", entries.run(stop.clone()));
    let erase = Arc::new(Notify::new());
    let eraser = Erase { db: db.clone(), clock: clock.clone(), wake: erase.clone() };
    stop.spawn("tracker: eraser", eraser.run(stop.clone()));
    let counted = Arc::new(Notify::new());
    let metric_rules =
        MetricRules { db: db.clone(), clock: clock.clone(), links: links.clone(), counted: counted.clone() };
    stop.spawn("tracker: metric rules", metric_rules.run(stop.clone()));
    let (recorder, worker) = Worker::new(db.clone(), clock.clone(), links.clone(), metrics.clone(), counted);
    stop.spawn("tracker: recorder", worker.run(stop.clone()));

    let context = Context {
        db,
        clock,
        random,
        links,
        metrics,
        default_features: config.default_features.into(),
        error_days: config.error_days,
        max_organizations: config.max_organizations,
        recorder,
        erase,
        snowflake_ids: config.snowflake_ids,
    };
    Ok(server
        .with_memberships(Arc::new(OwnMemberships(context.db.clone())))
        .add_service(DirectoryServer::new(context.clone()))
        .add_service(AuditServer::new(context.clone()))
        .add_service(ProjectsServer::new(context.clone()))
        .add_service(AlertsServer::new(context.clone()))
        .add_service(IssuesServer::new(context).max_decoding_message_size(patchbay_rpc::MAX_MESSAGE_BYTES)))
}
