//! Accepts events and passes one delivery for each subscribed installation to the webhook sender.
//!
//! The path of an event:
//!
//! 1. [`accept::check`] checks the request.
//! 2. [`subscriptions`] and [`catalogue`] hold the subscriptions and the custom event types in memory. [`workers::watch`] and
//!    [`workers::watch_event_types`] keep them current.
//! 3. [`workers::write`] takes events from the queue of [`accept`], decides who gets them ([`domain::decision`]), numbers the
//!    webhooks of each installation, commits many events in one transaction, and only then responds to their callers.
//! 4. [`workers::hand_over`] publishes the deliveries. [`workers::settle`] awaits the confirms, and marks the groups of events
//!    that were committed together.
//! 5. [`workers::recover`] hands over the groups that were not marked: after a crash, while the bus was unavailable, or when
//!    memory was full. It is the only repair of a lost hand-over.

mod accept;
mod catalogue;
mod config;
mod consumers;
mod context;
mod domain;
mod grpc;
mod handover;
mod metrics;
mod start;
mod store;
mod subscriptions;
mod workers;

use patchbay_db::Migrations;

pub use config::Config;
pub use metrics::{FanoutMetrics, Refusal, Source};
pub use start::{Peers, start};

/// Name of the service, of its folder and of its database schema or file.
pub const NAME: &str = "event-fanout";

/// The migrations, in the order in which they run.
pub static MIGRATIONS: Migrations = patchbay_db::migrations![
    "0001_events",
    "0002_numbers",
    "0003_groups",
    "0004_key_content": derived,
    "0005_grant_codes"
];
