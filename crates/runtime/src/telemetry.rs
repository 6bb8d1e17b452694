//! Logs to stderr, traces to an OpenTelemetry collector.

mod config;
mod tracer;

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use anyhow::Context;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

pub use config::{LogFilter, LogFormat, Ratio, TelemetryConfig};

/// How long the last spans may take to reach the collector at the end.
const FLUSH_TIME: Duration = Duration::from_secs(3);

/// Keeps telemetry going; what was not sent yet is sent when it is shut down or dropped.
#[derive(Debug)]
#[must_use = "dropping it ends the export of traces"]
pub struct Telemetry(Option<SdkTracerProvider>);

/// Starts logging and, where configured, tracing for the whole process, as `service_name`. Without a
/// collector a trace context that comes in is still handed on unchanged.
///
/// Must be called within a tokio runtime when a collector is configured.
///
/// # Errors
/// When the collector's address is unusable, or the process has a logger already.
pub fn init(config: &TelemetryConfig, service_name: &'static str) -> anyhow::Result<Telemetry> {
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let provider = tracer::provider(config, service_name)?;
    Registry::default()
        .with(tracer::layer(provider.as_ref()))
        .with(log_layer(config)?)
        .try_init()
        .context("cannot start telemetry")?;
    Ok(Telemetry(provider))
}

fn log_layer<S>(config: &TelemetryConfig) -> anyhow::Result<Box<dyn Layer<S> + Send + Sync>>
where
    S: tracing::Subscriber + for<'s> tracing_subscriber::registry::LookupSpan<'s>,
{
    let filter = EnvFilter::try_new(&config.log.0)?;
    // https://no-color.org: any value that is not empty.
    let colour = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let layer = fmt::layer().with_writer(stderr);
    Ok(match config.format {
        LogFormat::Text => layer.with_ansi(colour).with_filter(filter).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_filter(filter).boxed(),
    })
}

impl Telemetry {
    /// Sends what was not sent yet, within three seconds. To be preferred over dropping, which blocks.
    pub async fn shutdown(mut self) {
        if let Some(provider) = self.0.take() {
            let flushed = tokio::task::spawn_blocking(move || flush(&provider));
            let _ = flushed.await;
        }
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take() {
            flush(&provider);
        }
    }
}

fn flush(provider: &SdkTracerProvider) {
    if let Err(error) = provider.shutdown_with_timeout(FLUSH_TIME) {
        tracing::warn!(%error, "the last traces were not sent");
    }
}
