//! The REST edge: Sentry's `/api/0/` in front of our gRPC.
//!
//! It owns nothing. A request is authenticated once, becomes a [`Caller`](patchbay_domain::Caller) and a call of
//! the service that owns the thing; that service decides, and its answer or refusal is written as Sentry's JSON.
//! Reading order: [`router`], `authenticate`, then any file of `routes`.

mod access;
mod alert_actions;
mod app_call;
mod authenticate;
mod body;
mod client_address;
mod config;
mod cors;
mod credentials;
mod error;
mod field;
mod fields;
mod gateway;
mod grpc;
mod html;
mod introspection;
mod json;
mod known_parameters;
mod limits;
mod metrics;
mod observe;
mod openapi;
mod operation;
mod origins;
mod page;
mod params;
mod preparation;
mod query;
mod rate_limit;
mod resolution;
mod revocations;
mod router;
mod routes;
mod same_origin;
mod select_options;
mod sign_in_page;
mod start;

pub use config::{Config, http_listen};
pub use gateway::Gateway;
pub use grpc::Channels;
pub use metrics::GatewayMetrics;
pub use router::router;
pub use start::start;

/// Name of the service: of its folder and in logs.
pub const NAME: &str = "gateway";
