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
mod metrics;
mod store;
mod tracker;
mod workers;

use std::time::Duration;

use patchbay_bus::{Bus, Queue, outbox};
use patchbay_db::{Db, Migrations};
use patchbay_domain::Clock;
use patchbay_proto::tracker::audit_server::AuditServer;
use patchbay_proto::tracker::directory_server::DirectoryServer;
use patchbay_proto::tracker::issues_server::IssuesServer;
use patchbay_proto::tracker::projects_server::ProjectsServer;
use patchbay_runtime::{Metrics, Readiness, Stop};

pub use config::Config;

use consumers::audit_entries::{self, AuditEntries};
use domain::links::Links;
use metrics::TrackerMetrics;
use tracker::Tracker;
use workers::audit_retention;

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
];

const READINESS_LIMIT: Duration = Duration::from_secs(2);

/// What the service needs from the process around it.
#[derive(Debug)]
pub struct Deps {
    /// Migrated.
    pub db: Db,
    /// Where events go.
    pub bus: Bus,
    pub clock: Clock,
    pub config: Config,
    pub metrics: Metrics,
    pub readiness: Readiness,
    pub stop: Stop,
}

/// Starts the outbox relay and the keeping of the audit log (as tasks of `deps.stop`) and adds `Directory`, `Audit`,
/// `Projects` and `Issues` to `server`.
///
/// # Errors
/// None today; every service has this signature.
pub async fn start(server: patchbay_rpc::Server, deps: Deps) -> anyhow::Result<patchbay_rpc::Server> {
    let Deps { db, bus, clock, config, metrics, readiness, stop } = deps;
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
    let metrics = TrackerMetrics::register(&metrics);
    let consumer = bus.consume(Queue::Tracker, audit_entries::WINDOW);
    let entries = AuditEntries { consumer, db: db.clone(), metrics: metrics.clone() };
    stop.spawn("tracker audit entries", entries.run(stop.clone()));

    let links = Links::new(&config.public_url);
    let default_features = config.default_features.into();
    let tracker = Tracker { db, clock, links, metrics, default_features };
    Ok(server
        .add_service(DirectoryServer::new(tracker.clone()))
        .add_service(AuditServer::new(tracker.clone()))
        .add_service(ProjectsServer::new(tracker.clone()))
        .add_service(IssuesServer::new(tracker)))
}
