//! Logs to stderr and traces to an OpenTelemetry collector.

mod config;
mod tracer;

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use anyhow::Context;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

pub use config::{LogFilter, LogFormat, Ratio, TelemetryConfig};

/// How long sending the last spans may take at shutdown.
const FLUSH_TIME: Duration = Duration::from_secs(3);

/// Keeps telemetry running. Shutting it down or dropping it sends the remaining spans.
#[derive(Debug)]
#[must_use = "dropping it ends the export of traces"]
pub struct Telemetry(Option<SdkTracerProvider>);

/// Starts logging and, if configured, tracing for the whole process, as `service_name`. Without a collector
/// an incoming trace context is passed on unchanged.
///
/// Must be called within a Tokio runtime if a collector is configured.
///
/// # Errors
/// The address of the collector is invalid, or the process has a logger already.
pub fn init(config: &TelemetryConfig, service_name: &'static str) -> anyhow::Result<Telemetry> {
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let provider = tracer::provider(config, service_name)?;
    // https://no-color.org: any value that is not empty.
    let colour = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    Registry::default()
        .with(tracer::layer(provider.as_ref()))
        .with(log_layer(config, stderr, colour)?)
        .try_init()
        .context("cannot start telemetry")?;
    Ok(Telemetry(provider))
}

/// The part of [`init`] that exports spans as traces, for a process with its own exporter, such as a test.
pub fn span_layer(provider: &SdkTracerProvider) -> Box<dyn Layer<Registry> + Send + Sync> {
    tracer::layer(Some(provider))
}

fn log_layer<S, W>(
    config: &TelemetryConfig,
    to: W,
    colour: bool,
) -> anyhow::Result<Box<dyn Layer<S> + Send + Sync>>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&config.log.0)?;
    let layer = fmt::layer().with_writer(to);
    Ok(match config.format {
        LogFormat::Text => layer.with_ansi(colour).with_filter(filter).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_filter(filter).boxed(),
    })
}

impl Telemetry {
    /// Sends the remaining spans, within three seconds. Preferable to dropping, which blocks the thread.
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
        tracing::warn!(%error, "the last traces could not be sent and are lost");
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(log: &str, format: LogFormat) -> String {
        let settings = crate::Settings::from_pairs([("LOG", log)]);
        let config = TelemetryConfig { format, ..TelemetryConfig::read(&settings) };
        let page = Page::default();
        let writer = page.clone();
        let layer = log_layer(&config, move || writer.clone(), false).unwrap();
        tracing::subscriber::with_default(Registry::default().with(layer), || {
            tracing::info_span!("exchange", organization = "acme").in_scope(|| {
                tracing::info!(attempt = 2, "tried again");
                tracing::debug!("details");
            });
        });
        String::from_utf8(page.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn json_logs_are_one_object_a_line_with_the_fields_of_event_and_span() {
        let lines = logged("info", LogFormat::Json);
        let line: serde_json::Value = serde_json::from_str(lines.trim_end()).expect("a single object");
        assert_eq!(line["message"], "tried again");
        assert_eq!(line["attempt"], 2);
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["span"]["organization"], "acme");
    }

    #[test]
    fn text_logs_are_plain_where_there_is_no_terminal() {
        let lines = logged("debug", LogFormat::Text);
        assert!(
            lines.contains("exchange{organization=\"acme\"}") && lines.contains("tried again"),
            "{lines}"
        );
        assert!(lines.contains("details") && !lines.contains('\u{1b}'), "{lines}");
    }

    #[test]
    fn the_filter_keeps_events_out() {
        assert_eq!(logged("warn", LogFormat::Text), "");
    }
}
