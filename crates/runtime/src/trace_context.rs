//! The W3C trace context as two strings, which carry a trace through outbox rows, message headers and gRPC
//! metadata without OpenTelemetry.

use std::collections::BTreeMap;

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// Longer than a `traceparent` of the present version, so that later versions are passed on.
const MAX_TRACEPARENT: usize = 256;
/// The length that W3C asks every system to pass on. A longer one, which a client may have made up, would fill the headers of
/// every call that the request leads to.
const MAX_TRACESTATE: usize = 512;

/// The position in a trace; the fields are named after the W3C headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// `00-<trace id>-<span id>-<flags>`, hexadecimal.
    pub traceparent: String,
    /// Additions of other tracing systems; absent if empty.
    pub tracestate: Option<String>,
}

impl TraceContext {
    /// The context of the current span; `None` outside of a trace.
    pub fn current() -> Option<Self> {
        let mut headers = Headers::default();
        TraceContextPropagator::new().inject_context(&Span::current().context(), &mut headers);
        Self::from_map(&headers.0)
    }

    /// Reads the context from message headers; `None` without a `traceparent`.
    pub fn from_map(headers: &BTreeMap<String, String>) -> Option<Self> {
        Self::read(|name| headers.get(name).map(String::as_str))
    }

    /// Reads the context from any kind of headers; `get` returns the header with this lower-case name. A `tracestate` that is
    /// too long is left out, as W3C allows.
    pub fn read<'h>(get: impl Fn(&str) -> Option<&'h str>) -> Option<Self> {
        let traceparent = get(TRACEPARENT).filter(|parent| parent.len() <= MAX_TRACEPARENT)?;
        let tracestate = get(TRACESTATE).filter(|state| !state.is_empty() && state.len() <= MAX_TRACESTATE);
        Some(Self { traceparent: traceparent.to_owned(), tracestate: tracestate.map(str::to_owned) })
    }

    /// Adds the context to message headers.
    pub fn write(&self, headers: &mut BTreeMap<String, String>) {
        headers.insert(TRACEPARENT.to_owned(), self.traceparent.clone());
        if let Some(state) = &self.tracestate {
            headers.insert(TRACESTATE.to_owned(), state.clone());
        }
    }
}

/// The context of the current span; `None` outside of a trace.
pub fn inject() -> Option<TraceContext> {
    TraceContext::current()
}

/// Adds the context of the current span, if any, to message headers.
pub fn inject_into(headers: &mut BTreeMap<String, String>) {
    if let Some(context) = inject() {
        context.write(headers);
    }
}

/// Makes `span` a part of the trace of `context`. Call it before the span is entered. An invalid context is
/// ignored, because it comes from outside and tracing is not a reason to refuse a request.
pub fn set_parent(span: &Span, context: &TraceContext) {
    let mut headers = Headers::default();
    context.write(&mut headers.0);
    let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), &headers);
    if parent.span().span_context().is_valid() {
        // Fails only if nothing traces (no layer, or the span is filtered out).
        let _ = span.set_parent(parent);
    }
}

#[derive(Default)]
struct Headers(BTreeMap<String, String>);

impl Injector for Headers {
    fn set(&mut self, key: &str, value: String) {
        self.0.insert(key.to_owned(), value);
    }
}

impl Extractor for Headers {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing::subscriber::with_default;
    use tracing_subscriber::{Registry, layer::SubscriberExt};

    use super::*;

    const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn incoming() -> TraceContext {
        TraceContext {
            traceparent: format!("00-{TRACE_ID}-00f067aa0ba902b7-01"),
            tracestate: Some("vendor=value".to_owned()),
        }
    }

    #[test]
    fn a_span_carries_on_the_trace_of_its_parent() {
        let provider = SdkTracerProvider::builder().build();
        let layer = tracing_opentelemetry::layer()
            .with_tracer(opentelemetry::trace::TracerProvider::tracer(&provider, "test"));
        let outgoing = with_default(Registry::default().with(layer), || {
            let span = tracing::info_span!("work");
            set_parent(&span, &incoming());
            span.in_scope(|| inject().expect("inside a trace"))
        });
        assert!(outgoing.traceparent.contains(TRACE_ID));
        assert_ne!(outgoing.traceparent, incoming().traceparent, "the new span is the parent now");
        assert_eq!(outgoing.tracestate.as_deref(), Some("vendor=value"));
    }

    #[test]
    fn a_process_that_exports_nothing_hands_the_trace_on_unchanged() {
        let outgoing = with_default(Registry::default().with(tracing_opentelemetry::layer()), || {
            let span = tracing::info_span!("work");
            set_parent(&span, &incoming());
            span.in_scope(|| tracing::info_span!("inner").in_scope(inject))
        });
        assert_eq!(outgoing, Some(incoming()));
    }

    #[test]
    fn there_is_no_context_outside_of_a_trace() {
        let outgoing = with_default(Registry::default().with(tracing_opentelemetry::layer()), || {
            tracing::info_span!("work").in_scope(inject)
        });
        assert_eq!(outgoing, None);
    }

    #[test]
    fn a_malformed_parent_is_ignored() {
        for traceparent in
            ["", "00-0-0-01", "garbage", "00-00000000000000000000000000000000-00f067aa0ba902b7-01"]
        {
            let bad = TraceContext { traceparent: traceparent.to_owned(), tracestate: None };
            let outgoing = with_default(Registry::default().with(tracing_opentelemetry::layer()), || {
                let span = tracing::info_span!("work");
                set_parent(&span, &bad);
                span.in_scope(inject)
            });
            assert_eq!(outgoing, None, "{traceparent}");
        }
    }

    #[test]
    fn a_context_that_is_too_long_is_not_passed_on() {
        let sent = |traceparent: &str, length: usize| {
            let state = format!("vendor={}", "q".repeat(length - "vendor=".len()));
            let (traceparent, state) = (traceparent.to_owned(), state);
            TraceContext::read(|name| Some(if name == TRACEPARENT { &traceparent } else { &state }))
        };
        let short = incoming().traceparent;
        assert_eq!(sent(&short, 512).unwrap().tracestate.unwrap().len(), 512);
        assert_eq!(sent(&short, 16 * 1024), Some(TraceContext { tracestate: None, ..incoming() }));
        assert_eq!(sent(&short.repeat(300), 512), None);
    }

    #[test]
    fn a_context_survives_message_headers() {
        let mut headers = BTreeMap::new();
        incoming().write(&mut headers);
        assert_eq!(TraceContext::from_map(&headers), Some(incoming()));
        assert_eq!(TraceContext::from_map(&BTreeMap::new()), None);
    }
}
