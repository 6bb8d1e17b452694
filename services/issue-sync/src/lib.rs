//! Integrations with outside trackers: setup, links from issues to tickets, and what trackers report.
//!
//! A kind of tracker is a provider: a crate behind the trait of [`patchbay_provider`]. [`providers`] lists them, and everything else names
//! none: [`grpc`] converts a request, [`domain`] decides with plain functions, [`store`] writes the outcome, [`workers`] do what takes time.

mod config;
mod consumers;
mod context;
mod domain;
mod grpc;
mod installations;
mod linking;
mod metrics;
mod peers;
mod providers;
mod sealing;
mod start;
mod store;
mod workers;

use patchbay_db::Migrations;

pub use config::Config;
pub use metrics::SyncMetrics;
pub use providers::configured as providers;
pub use start::{Peers, start};

/// Name of the service, of its folder and of its database schema or file.
pub const NAME: &str = "issue-sync";

/// The migrations, in the order in which they run.
pub static MIGRATIONS: Migrations = patchbay_db::migrations![
    "0001_integrations": derived,
    "0002_setups": derived,
    "0003_links": derived,
    "0004_external_actors": derived,
    "0005_health": derived,
    "0006_inbound": derived,
    "0007_outbound": derived,
];
