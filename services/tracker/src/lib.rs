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
    "0030_issue_marks",
    "0031_open_membership",
];
