//! The OpenTelemetry part of tracing.

use anyhow::Context;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::{Layer, Registry};

use super::TelemetryConfig;

/// The exporter, if a collector is configured.
pub(super) fn provider(
    config: &TelemetryConfig,
    service_name: &'static str,
) -> anyhow::Result<Option<SdkTracerProvider>> {
    let Some(endpoint) = &config.otlp_endpoint else { return Ok(None) };
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint.as_str())
        .build()
        .context("the collector's address (PATCHBAY_OTLP_ENDPOINT) is unusable")?;
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.trace_ratio.0)));
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(sampler)
        .with_resource(Resource::builder().with_service_name(service_name).build())
        .build();
    Ok(Some(provider))
}

/// Exports spans as traces. Without a provider they pass the given context on and cost little.
pub(super) fn layer(provider: Option<&SdkTracerProvider>) -> Box<dyn Layer<Registry> + Send + Sync> {
    let layer = tracing_opentelemetry::layer();
    match provider {
        Some(provider) => layer.with_tracer(provider.tracer("patchbay")).with_filter(spans()).boxed(),
        None => layer.with_filter(spans()).boxed(),
    }
}

/// The log filter does not apply to traces, so that a quiet log does not cut them. Spans of the transport are
/// excluded, because sending a span to the collector would create further ones.
fn spans() -> Targets {
    let transport = ["h2", "hyper", "opentelemetry", "tonic", "tower"];
    Targets::new()
        .with_default(LevelFilter::INFO)
        .with_targets(transport.map(|target| (target, LevelFilter::OFF)))
}
