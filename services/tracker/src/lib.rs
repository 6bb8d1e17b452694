//! The reference host product: organizations, the people in them, their projects and issues.
//!
//! It gives the platform something real to work on. An operator with an own product replaces it by serving the same
//! `Directory` and publishing events to `event-fanout`.
//!
//! [`grpc`] converts a request, [`domain`] decides with plain functions, and [`store`] writes the outcome together with its
//! events, which the outbox relay passes to the bus.

mod config;
mod consumers;
mod context;
mod domain;
mod grpc;
mod id_block;
mod metrics;
mod outbox;
mod record_activity;
mod recorder;
mod start;
mod store;
mod workers;

use patchbay_db::Migrations;

pub use config::Config;
pub use metrics::TrackerMetrics;
pub use start::start;

/// Name of the service, of its folder and of its database schema or file.
pub const NAME: &str = "tracker";

/// The migrations, in the order in which they run.
pub static MIGRATIONS: Migrations = patchbay_db::migrations![
    "0001_organizations": derived,
    "0002_users": derived,
    "0003_memberships",
    "0004_projects": derived,
    "0005_issues": derived,
    "0006_organization_settings",
    "0007_user_disabled": derived,
    "0008_audit_entries": derived,
    "0009_teams": derived,
    "0010_project_state": derived,
    "0011_issue_state": derived,
    "0012_issue_lists": derived,
    "0013_issue_words": derived,
    "0014_error_events": derived,
    "0015_issue_users": derived,
    "0016_releases": derived,
    "0017_activity": derived,
    "0018_subscriptions": derived,
    "0019_external_issues": derived,
    "0020_alert_rules": derived,
    "0021_issue_counts": derived,
    "0022_metric_rules": derived,
    "0023_notification_settings": derived,
    "0024_snowflakes": derived,
    "0025_audit_client_address": derived,
    "0026_error_days",
    "0027_issue_lists": derived,
    "0028_issue_words_order",
    "0029_invitations",
    "0030_issue_marks": derived,
    "0031_open_membership": derived,
    "0032_issue_tickets": derived,
];
