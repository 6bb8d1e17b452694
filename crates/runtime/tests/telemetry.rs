//! Traces sent to a gRPC endpoint. Telemetry is set up once per process, hence a single test.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response};
use axum::routing::post;
use bytes::Bytes;
use http_body_util::StreamBody;
use patchbay_runtime::{Settings, TelemetryConfig, TraceContext, telemetry, trace_context};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A collector that stores requests as bytes, in which the names of spans are readable.
async fn collector() -> (String, mpsc::UnboundedReceiver<Bytes>) {
    let (received, requests) = mpsc::unbounded_channel();
    let export = move |body: Bytes| async move {
        let _ = received.send(body);
        accepted()
    };
    let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, Router::new().route(path, post(export))).await });
    (url, requests)
}

/// An empty message and a status of zero, in gRPC's framing.
fn accepted() -> Response<Body> {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let message = hyper::body::Frame::data(Bytes::from_static(&[0; 5]));
    let frames = [message, hyper::body::Frame::trailers(trailers)].map(Ok::<_, Infallible>);
    let mut response = Response::new(Body::new(StreamBody::new(futures::stream::iter(frames))));
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    response
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_reach_the_collector_before_the_process_ends() {
    let (url, mut requests) = collector().await;
    let settings = Settings::from_pairs([("OTLP_ENDPOINT", url.as_str()), ("LOG", "off")]);
    let config = TelemetryConfig::read(&settings);
    settings.finish().unwrap();
    let telemetry = telemetry::init(&config, "installation").unwrap();

    let span = tracing::info_span!("installation.rotate_secret");
    let parent = TraceContext { traceparent: format!("00-{TRACE_ID}-00f067aa0ba902b7-01"), tracestate: None };
    trace_context::set_parent(&span, &parent);
    let outgoing = span.in_scope(trace_context::inject).expect("a context");
    assert!(outgoing.traceparent.contains(TRACE_ID));
    assert!(!outgoing.traceparent.contains("00f067aa0ba902b7"), "the parent is our span now");
    drop(span);
    telemetry.shutdown().await;

    let request =
        tokio::time::timeout(Duration::from_secs(5), requests.recv()).await.expect("in time").unwrap();
    for part in ["installation.rotate_secret", "service.name", "installation"] {
        assert!(request.windows(part.len()).any(|window| window == part.as_bytes()), "{part}");
    }
    assert!(telemetry::init(&config, "installation").is_err(), "a process has one logger");
}
