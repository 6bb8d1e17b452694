//! The parts that every Patchbay process needs around its services: settings, telemetry, metrics, ports with bounded
//! connections, the admin port, and an orderly stop. It is independent of particular services.
//!
//! The structure of a `main`:
//!
//! ```no_run
//! use patchbay_runtime::{AdminConfig, Metrics, Readiness, Settings, Stop, TelemetryConfig, admin, exit, telemetry};
//! use std::{process::ExitCode, time::Duration};
//!
//! # async fn start_service(_: Metrics, _: Readiness, _: Stop) -> anyhow::Result<()> { Ok(()) }
//! #[tokio::main]
//! async fn main() -> ExitCode {
//!     exit(run().await)
//! }
//!
//! async fn run() -> anyhow::Result<()> {
//!     let settings = Settings::load()?;
//!     let (telemetry, admin) = (TelemetryConfig::read(&settings), AdminConfig::read(&settings));
//!     settings.finish()?;
//!
//!     let telemetry = telemetry::init(&telemetry, "installation")?;
//!     let (metrics, readiness, stop) = (Metrics::new(), Readiness::new(), Stop::new());
//!     stop.listen_for_signals()?;
//!     let _admin = admin::start(&admin, metrics.clone(), readiness.clone(), &stop).await?;
//!     start_service(metrics, readiness, stop.clone()).await?;
//!
//!     stop.requested().await;
//!     let drained = stop.drain(Duration::from_secs(30)).await;
//!     telemetry.shutdown().await;
//!     Ok(drained?)
//! }
//! ```

pub mod admin;
pub mod connections;
mod exit;
pub mod metrics;
mod runtime;
pub mod settings;
pub mod sleep;
pub mod stop;
pub mod telemetry;
pub mod trace_context;

pub use admin::{AdminConfig, Readiness};
pub use exit::exit;
pub use metrics::Metrics;
pub use runtime::Runtime;
pub use settings::{ByteSize, Setting, Settings, SettingsError};
pub use sleep::{sleep, sleep_until};
pub use stop::Stop;
pub use telemetry::TelemetryConfig;
pub use trace_context::TraceContext;

// `metrics!` uses it in the expanded code.
#[doc(hidden)]
pub use prometheus_client;
