//! What every Patchbay process needs around its services: settings, telemetry, metrics, the admin port,
//! and an orderly stop. It knows no service by name.
//!
//! A `main` reads as a list:
//!
//! ```no_run
//! use patchbay_runtime::{AdminConfig, Metrics, Readiness, Settings, Stop, TelemetryConfig, admin, telemetry};
//! use std::{process::ExitCode, time::Duration};
//!
//! # async fn start_service() -> anyhow::Result<()> { Ok(()) }
//! #[tokio::main]
//! async fn main() -> anyhow::Result<ExitCode> {
//!     let settings = Settings::load()?;
//!     let telemetry = TelemetryConfig::read(&settings);
//!     let admin = AdminConfig::read(&settings);
//!     settings.finish()?; // print the error and exit with `SettingsError::EXIT_CODE`
//!
//!     let telemetry = telemetry::init(&telemetry, "installation")?;
//!     let (metrics, readiness, stop) = (Metrics::new(), Readiness::new(), Stop::new());
//!     stop.listen_for_signals()?;
//!     let _admin = admin::start(&admin, metrics.clone(), readiness.clone(), &stop).await?;
//!     start_service().await?;
//!
//!     stop.requested().await;
//!     let drained = stop.drain(Duration::from_secs(30)).await;
//!     telemetry.shutdown().await;
//!     drained?;
//!     Ok(ExitCode::SUCCESS)
//! }
//! ```

pub mod admin;
pub mod metrics;
pub mod settings;
pub mod sleep;
pub mod stop;
pub mod telemetry;
pub mod trace_context;

pub use admin::{AdminConfig, Readiness};
pub use metrics::Metrics;
pub use settings::{ByteSize, Setting, Settings, SettingsError};
pub use sleep::{sleep, sleep_until};
pub use stop::Stop;
pub use telemetry::TelemetryConfig;
pub use trace_context::TraceContext;

// `metrics!` names it in the code it expands to.
#[doc(hidden)]
pub use prometheus_client;
