//! Signs and sends webhooks, tries again, and keeps the record.
//!
//! A webhook's way: [`consumers`] take messages from the bus; [`deliver`] finds out where a webhook goes
//! ([`world`]), waits for a place at that endpoint ([`lane`]) and makes one attempt ([`attempt`]);
//! `domain` decides what the answer means; the [`recorder`] makes it durable, many at once, and only then
//! the message is acknowledged. What did not arrive waits in the database until the [`workers`] find it due.
//!
//! So a webhook that arrives at once costs one row and no read, and a slow or dead endpoint costs rows,
//! never the place of another endpoint's webhooks.

mod attempt;
mod breakers;
mod component;
mod config;
mod consumers;
mod deliver;
mod domain;
mod grpc;
mod lane;
mod metrics;
mod progress;
mod recorder;
mod start;
mod stopper;
mod store;
mod ticket;
mod under_way;
mod workers;
mod world;

use patchbay_db::Migrations;

pub use config::Config;
pub use domain::retry_schedule::RetrySchedule;
pub use metrics::SenderMetrics;
pub use start::start;

/// Name of the service: its folder, and its database schema or file.
pub const NAME: &str = "webhook-sender";

/// In the order in which they run.
pub static MIGRATIONS: Migrations =
    patchbay_db::migrations!["0001_attempts", "0002_deliveries", "0003_endpoints", "0004_request_log"];
