//! Signs and sends webhooks, retries them, and keeps the request log.
//!
//! The path of a webhook: [`consumers`] take messages from the bus. [`sending`] looks up where a webhook goes, waits for a
//! slot at that endpoint ([`endpoints`]) and makes one attempt. [`domain`] decides what the response means. [`recording`]
//! makes many outcomes durable in one transaction, and only then acknowledges their messages. A webhook that was not
//! delivered waits in the database until it is due, and then [`workers::retry`] sends it.
//!
//! A webhook that is delivered at once costs one row and no read. A slow or dead endpoint costs rows, but never takes the
//! slots of another endpoint.

mod config;
mod consumers;
mod context;
mod domain;
mod endpoints;
mod grpc;
mod metrics;
mod progress;
mod recording;
mod sending;
mod start;
mod store;
mod workers;

use patchbay_db::Migrations;

pub use config::Config;
pub use domain::retry_schedule::RetrySchedule;
pub use metrics::SenderMetrics;
pub use start::start;

/// Name of the service, of its folder and of its database schema or file.
pub const NAME: &str = "webhook-sender";

/// The migrations, in the order in which they run.
pub static MIGRATIONS: Migrations = patchbay_db::migrations![
    "0001_attempts": derived,
    "0002_deliveries": derived,
    "0003_endpoints": derived,
    "0004_request_log",
    "0005_endpoint_turns": derived,
    "0006_reported_outages": derived,
    "0008_grant_codes",
];
