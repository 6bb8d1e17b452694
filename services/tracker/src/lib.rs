//! The reference host product: organizations, the people in them, their projects and issues.
//!
//! It gives the platform something real to work on. An operator with a product of his own replaces it by
//! serving the same `Directory` and by publishing events to `event-fanout` himself.
//!
//! A request takes one way: `grpc` converts it, `domain` decides with plain functions, `store` writes the
//! outcome together with its event, and the outbox relay hands the event to the bus.

mod config;
mod consumers;
mod domain;
mod events;
mod grpc;
mod ids;
mod metrics;
mod record;
mod store;
mod tell;
mod tracker;
mod workers;

use std::sync::Arc;
use std::time::Duration;

use patchbay_bus::{Bus, Queue, outbox};
use patchbay_db::{Db, Migrations};
use patchbay_proto::tracker::alerts_server::AlertsServer;
use patchbay_proto::tracker::audit_server::AuditServer;
use patchbay_proto::tracker::directory_server::DirectoryServer;
use patchbay_proto::tracker::issues_server::IssuesServer;
use patchbay_proto::tracker::projects_server::ProjectsServer;
use patchbay_rpc::Server;
use patchbay_runtime::Runtime;
use tokio::sync::Notify;

pub use config::Config;

use consumers::audit_entries::{self, AuditEntries};
use domain::links::Links;
use grpc::OwnMemberships;
pub use metrics::TrackerMetrics;
use record::Worker;
use tracker::Tracker;
use workers::audit_retention;
use workers::erase::Erase;
use workers::error_retention::ErrorRetention;
use workers::metric_rules::MetricRules;

/// Folder, database schema and file are called so.
pub const NAME: &str = "tracker";

/// The tables of this service.
pub static MIGRATIONS: Migrations = patchbay_db::migrations![
    "0001_organizations",
    "0002_users",
    "0003_memberships",
    "0004_projects",
    "0005_issues",
    "0006_organization_settings",
    "0007_user_disabled",
    "0008_audit_entries",
    "0009_teams",
    "0010_project_state",
    "0011_issue_state",
    "0012_issue_lists",
    "0013_issue_words",
    "0014_error_events",
    "0015_issue_users",
    "0016_releases",
    "0017_activity",
    "0018_subscriptions",
    "0019_external_issues",
    "0020_alert_rules",
    "0021_issue_counts",
    "0022_metric_rules",
    "0023_notification_settings",
    "0024_snowflakes",
    "0025_audit_client_address",
    "0026_error_days",
    "0027_issue_lists",
    "0028_issue_words_order",
    "0029_invitations",
];

const READINESS_LIMIT: Duration = Duration::from_secs(2);

/// Starts what runs by itself (as tasks of `runtime.stop`): the outbox relay, the keeping of the audit log, the recording of
/// errors, rules over numbers, the removal of what was deleted. Adds `Directory`, `Audit`, `Projects`, `Issues` and `Alerts`
/// to `server`.
///
/// # Errors
/// None today; every service has this signature.
pub async fn start(
    server: Server,
    runtime: Runtime,
    db: Db,
    bus: Bus,
    config: Config,
) -> anyhow::Result<Server> {
    let Runtime { clock, metrics, readiness, stop } = runtime;
    readiness.check(NAME, READINESS_LIMIT, {
        let db = db.clone();
        move || {
            let db = db.clone();
            async move { db.ready().await }
        }
    });
    stop.spawn("tracker outbox", outbox::relay(db.clone(), bus.clone(), clock.clone(), stop.token()));
    let retention = audit_retention::run(db.clone(), clock.clone(), config.audit_retention, stop.clone());
    stop.spawn("tracker audit retention", retention);
    let retention = ErrorRetention { db: db.clone(), clock: clock.clone(), keep_days: config.error_days };
    retention.make_room().await;
    stop.spawn("tracker error retention", retention.run(stop.clone()));
    let metrics = TrackerMetrics::register(&metrics);
    let consumer = bus.consume(Queue::Tracker, audit_entries::WINDOW);
    let entries = AuditEntries { consumer, db: db.clone(), metrics: metrics.clone() };
    stop.spawn("tracker audit entries", entries.run(stop.clone()));

    let links = Links::new(&config.public_url);
    let default_features = config.default_features.into();
    let erase = Arc::new(Notify::new());
    let eraser = Erase { db: db.clone(), clock: clock.clone(), calls: erase.clone() };
    stop.spawn("tracker erase", eraser.run(stop.clone()));
    let counted = Arc::new(Notify::new());
    let asker =
        MetricRules { db: db.clone(), clock: clock.clone(), links: links.clone(), counted: counted.clone() };
    stop.spawn("tracker metric rules", asker.run(stop.clone()));
    let (recorder, worker) = Worker::new(db.clone(), clock.clone(), links.clone(), metrics.clone(), counted);
    stop.spawn("tracker record", worker.run(stop.clone()));
    let Config { error_days, snowflake_ids, most_organizations, .. } = config;
    let tracker = Tracker {
        db,
        clock,
        links,
        metrics,
        default_features,
        error_days,
        most_organizations,
        recorder,
        erase,
        snowflake_ids,
    };
    Ok(server
        .with_memberships(Arc::new(OwnMemberships(tracker.db.clone())))
        .add_service(DirectoryServer::new(tracker.clone()))
        .add_service(AuditServer::new(tracker.clone()))
        .add_service(ProjectsServer::new(tracker.clone()))
        .add_service(AlertsServer::new(tracker.clone()))
        .add_service(IssuesServer::new(tracker).max_decoding_message_size(patchbay_rpc::MAX_MESSAGE_BYTES)))
}
