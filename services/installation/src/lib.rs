//! Apps, and the organizations that installed them.
//!
//! [`grpc`] converts a request and begins a transaction, [`domain`] decides with plain functions, and [`store`] writes the
//! outcome together with its events, which the outbox relay passes to the bus. Every change gets a version; [`watch`]
//! streams apps, installations and event types to the services that depend on them.

mod config;
mod context;
mod domain;
mod grpc;
mod mail;
mod metrics;
mod outbox;
mod peers;
mod sealing;
mod start;
mod store;
mod watch;
mod workers;

use patchbay_db::Migrations;

pub use config::Config;
pub use mail::{MailConfig, SmtpConfig, SmtpTls, TransportConfig};
pub use metrics::InstallationMetrics;
pub use start::{Peers, start};

/// Name of the service, of its folder and of its database schema or file.
pub const NAME: &str = "installation";

/// The migrations, in the order in which they run.
pub static MIGRATIONS: Migrations = patchbay_db::migrations![
    "0001_apps": derived,
    "0002_installations": derived,
    "0003_change_counter": derived,
    "0004_app_disabling": derived,
    "0005_stopped_webhooks": derived,
    "0006_project_filter": derived,
    "0007_mails": derived,
    "0008_publish_requests": derived,
    "0009_app_details": derived,
    "0010_scopes_to_copy": derived,
    "0011_app_removal": derived,
    "0012_event_types": derived,
    "0013_support_url": derived,
    "0015_outage_mail": derived,
];
