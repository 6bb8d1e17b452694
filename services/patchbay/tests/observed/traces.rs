//! One trace from the cause of an event to the webhook, built from the spans that leave the process.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use patchbay_proto::tracker::{CreateIssueRequest, CreateProjectRequest};
use patchbay_rpc::request;
use patchbay_runtime::telemetry;
use patchbay_testkit::receiver::Received;
use patchbay_testkit::{Receiver, eventually};
use serde_json::json;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

use crate::platform::{Platform, SOON};

/// All finished spans of this process; tests distinguish theirs by trace.
static SPANS: LazyLock<InMemory> = LazyLock::new(|| {
    let exporter = InMemory::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let subscriber = Registry::default().with(telemetry::span_layer(&provider));
    tracing::subscriber::set_global_default(subscriber).unwrap();
    // Kept for the life of the process.
    std::mem::forget(provider);
    exporter
});

/// Stores spans. The SDK's own exporter for tests is behind a feature for which everything would be compiled
/// twice.
#[derive(Debug, Clone, Default)]
struct InMemory(Arc<Mutex<Vec<SpanData>>>);

impl InMemory {
    fn ended(&self) -> Vec<SpanData> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl SpanExporter for InMemory {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(batch);
        Ok(())
    }
}

/// A trace that started outside.
struct Trace {
    id: TraceId,
    begun_by: SpanId,
}

impl Trace {
    fn new(number: u128) -> Self {
        LazyLock::force(&SPANS);
        let id = TraceId::from(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_0000 + number);
        Self { id, begun_by: SpanId::from(0x00f0_67aa_0ba9_02b7) }
    }

    fn traceparent(&self) -> String {
        format!("00-{}-{}-01", self.id, self.begun_by)
    }

    fn spans(&self) -> Vec<SpanData> {
        let all = SPANS.ended();
        all.into_iter().filter(|span| span.span_context.trace_id() == self.id).collect()
    }

    /// The span that a webhook names, once it has ended.
    async fn sent(&self, webhook: &Received) -> SpanData {
        let traceparent = webhook.header("traceparent").expect("the webhook belongs to a trace");
        let parts: Vec<_> = traceparent.split('-').collect();
        assert_eq!(parts[1], self.id.to_string(), "the trace is the one that was begun");
        let id = SpanId::from_hex(parts[2]).unwrap();
        eventually(SOON, "the attempt's span has ended", async || {
            self.spans().into_iter().find(|span| span.span_context.span_id() == id)
        })
        .await
    }

    /// The span and its ancestors, up to the external parent.
    async fn ancestry(&self, span: SpanData) -> Vec<SpanData> {
        let mut ancestry = vec![span];
        loop {
            let parent = ancestry[ancestry.len() - 1].parent_span_id;
            if parent == self.begun_by {
                return ancestry;
            }
            let next = eventually(SOON, "the span above has ended", async || {
                self.spans().into_iter().find(|span| span.span_context.span_id() == parent)
            });
            ancestry.push(next.await);
        }
    }
}

fn names(spans: &[SpanData]) -> Vec<&str> {
    spans.iter().map(|span| span.name.as_ref()).collect()
}

/// The trace starts with the issue and excludes its setup.
fn about(webhook: &Received, resource: &str, action: &str) -> bool {
    webhook.header("sentry-hook-resource") == Some(resource) && webhook.json()["action"] == action
}

async fn webhook(receiver: &Receiver, resource: &str, action: &str) -> Received {
    let is_there = |all: &[Received]| all.iter().any(|one| about(one, resource, action));
    let all = receiver.wait_until(is_there, SOON).await;
    all.into_iter().find(|one| about(one, resource, action)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_producers_trace_goes_through_every_service_to_each_attempt_of_the_webhook() {
    let trace = Trace::new(1);
    let platform = Platform::start(&[("RETRY_SCHEDULE", "200ms,200ms")]).await;
    let receiver = Receiver::start().await;
    platform.app("Traced", &receiver.url("/"), json!({})).await;
    receiver.respond_next([500]);

    let mut event = request(platform.event("error", "created"));
    event.metadata_mut().insert("traceparent", trace.traceparent().parse().unwrap());
    platform.clients.events.clone().publish(event).await.unwrap();
    let webhooks = receiver.wait_for(2, SOON).await;

    let (first, second) = (trace.sent(&webhooks[0]).await, trace.sent(&webhooks[1]).await);
    assert_ne!(first.span_context.span_id(), second.span_context.span_id(), "each attempt has its own");
    for attempt in [first, second] {
        let ancestry = trace.ancestry(attempt.clone()).await;
        let expected =
            ["webhook_sender.attempt", "event-fanout.wait", "patchbay.event_fanout.v1.Events/Publish"];
        assert_eq!(names(&ancestry), expected);
        let [attempt, wait, publish] = &ancestry[..] else { unreachable!() };
        assert!(publish.start_time <= wait.start_time && wait.start_time <= attempt.start_time);
        assert!(wait.end_time <= attempt.end_time);
    }
    // From the bus to a slot of the endpoint.
    let waits = trace.spans().into_iter().filter(|span| span.name == "webhook_sender.wait");
    let waits: Vec<_> = waits.collect();
    assert!(!waits.is_empty());
    for wait in waits {
        let ancestry = trace.ancestry(wait).await;
        let expected =
            ["webhook_sender.wait", "event-fanout.wait", "patchbay.event_fanout.v1.Events/Publish"];
        assert_eq!(names(&ancestry), expected, "one wait behind the other");
    }
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_goes_on_behind_the_outboxes_of_tracker_and_installation() {
    let (trace, next) = (Trace::new(2), Trace::new(3));
    let (platform, receiver) = (Platform::start(&[]).await, Receiver::start().await);
    platform.app("Internal", &receiver.url("/"), json!({})).await;
    let project = CreateProjectRequest {
        organization: "acme".into(),
        name: "Front End".into(),
        platform: "javascript".into(),
        ..Default::default()
    };
    platform.clients.projects.clone().create_project(request(project)).await.unwrap();
    let issue = CreateIssueRequest {
        organization: "acme".into(),
        project: "front-end".into(),
        title: "It broke".into(),
        ..Default::default()
    };
    let issue = platform.clients.issues.clone().create_issue(request(issue)).await.unwrap().into_inner();

    let path = format!("/api/0/organizations/acme/issues/{}/", issue.id);
    let resolved = json!({ "status": "resolved" });
    platform.put(&path, resolved, &[("traceparent", &trace.traceparent())]).await;
    let resolved = webhook(&receiver, "issue", "resolved").await;
    let attempt = trace.sent(&resolved).await;
    assert_passed(&trace, attempt, "patchbay.tracker.v1.Issues/", "PUT ").await;

    let wanted = json!({
        "isInternal": false, "author": "Acme", "verifyInstall": false, "isAlertable": false, "events": [],
    });
    let slug = platform.app("Public", &receiver.url("/"), wanted).await;
    let trace = next;
    let path = "/api/0/organizations/acme/sentry-app-installations/";
    platform.post(path, json!({ "slug": slug }), &[("traceparent", &trace.traceparent())]).await;
    let installed = webhook(&receiver, "installation", "created").await;
    let attempt = trace.sent(&installed).await;
    assert_passed(&trace, attempt, "patchbay.installation.v1.Installations/", "POST ").await;
    platform.stop().await;
}

/// Asserts that an attempt belongs to a call of this service, which belongs to a request, with the wait in
/// between.
async fn assert_passed(trace: &Trace, attempt: SpanData, service: &str, request: &str) {
    assert_eq!(attempt.name, "webhook_sender.attempt");
    let ancestry = trace.ancestry(attempt).await;
    let names = names(&ancestry);
    assert_eq!(names[1], "event-fanout.wait", "{names:?}");
    assert!(names.iter().any(|name| name.starts_with(service)), "{names:?}");
    assert!(names[names.len() - 1].starts_with(request), "{names:?}");
    assert!(ancestry[1].start_time.elapsed().unwrap() < Duration::from_secs(3600), "a moment of today");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tracestate_that_is_too_long_does_not_fail_the_request() {
    let (trace, platform) = (Trace::new(0x99), Platform::start(&[]).await);
    let (traceparent, tracestate) = (trace.traceparent(), format!("vendor={}", "q".repeat(16 * 1000)));
    let headers = [("traceparent", traceparent.as_str()), ("tracestate", tracestate.as_str())];
    let app = json!({ "name": "Traced", "organization": "acme", "isInternal": true, "scopes": [] });
    platform.post("/api/0/sentry-apps/", app, &headers).await;
    assert!(!trace.spans().is_empty(), "the trace goes on without its state");
    platform.stop().await;
}
