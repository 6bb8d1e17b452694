//! The REST edge: Sentry's `/api/0/` in front of our gRPC.
//!
//! It owns no data. A request is authenticated once, becomes a [`Caller`](patchbay_domain::Caller) and a call of
//! the service that owns the data; that service decides, and its answer or refusal is written as Sentry's JSON.
//! Reading order: [`router`], `api::authenticate`, then any file of `routes`.

mod api;
mod apps;
mod config;
mod context;
mod grpc;
mod json;
mod layers;
mod metrics;
mod pages;
mod router;
mod routes;
mod start;

pub use config::{Config, http_listen};
pub use context::Context;
pub use grpc::Channels;
pub use metrics::GatewayMetrics;
pub use router::router;
pub use start::start;

/// Name of the service: of its folder and in logs.
pub const NAME: &str = "gateway";
