//! Observes requests: id, span, client address and metrics. Headers, query and body are never recorded, because they
//! contain secrets. So does the path of a sign-in link: the pattern of the route stands for the path.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use patchbay_rpc::for_client_at;
use patchbay_runtime::trace_context::{self, TraceContext};
use tokio::time::Instant;
use tracing::Instrument;

use crate::api::request_id;
use crate::context::Context;
use crate::metrics::{Answered, Route};
use patchbay_edge::client_address::client_address;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longer than any id in use, short enough for a log line.
const LONGEST_ID: usize = 64;

/// Gives a request its id and span, and counts its answer.
pub(crate) async fn observe(State(context): State<Context>, request: Request, next: Next) -> Response {
    let (route, method) = (route(&request), method(request.method()));
    let id = id_of(&context, &request);
    let span = tracing::info_span!(
        "http",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        request_id = %id.to_str().unwrap_or_default(),
    );
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(parent) = TraceContext::read(header) {
        trace_context::set_parent(&span, &parent);
    }
    if context.unknown_proxy.is_news(request.headers(), context.config.proxies) {
        tracing::warn!(
            "a request has X-Forwarded-For, but PATCHBAY_GATEWAY_PROXIES is 0; if it came through a reverse proxy of yours, all clients share the limits of the proxy's address until the setting is the number of proxies"
        );
    }
    let in_flight = InFlight::enter(&context);
    let began = Instant::now();
    let known_as = id.to_str().unwrap_or_default().to_owned();
    let (parts, body) = request.into_parts();
    let address = client_address(&parts, context.config.proxies);
    let answer = for_client_at(address, next.run(Request::from_parts(parts, body)));
    let mut response = request_id::scope(known_as, answer).instrument(span.clone()).await;
    drop(in_flight);
    let took = began.elapsed();
    span.in_scope(|| {
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(method, route, status = response.status().as_u16(), took_ms, "answered");
    });
    let labels = Answered { route: route.clone(), method, status: class(&response) };
    context.metrics.requests.get_or_create(&labels).inc();
    context.metrics.request_seconds.get_or_create(&Route { route }).observe(took.as_secs_f64());
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Counts a request while it is in flight, also when the client disconnects.
struct InFlight<'g>(&'g Context);

impl<'g> InFlight<'g> {
    fn enter(context: &'g Context) -> Self {
        context.metrics.requests_in_flight.inc();
        Self(context)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.metrics.requests_in_flight.dec();
    }
}

/// The pattern of the route, always with its slash at the end.
fn route(request: &Request) -> String {
    match request.extensions().get::<MatchedPath>().map(MatchedPath::as_str) {
        None => "none".to_owned(),
        Some(pattern) if pattern.contains('.') => pattern.to_owned(),
        Some(pattern) if pattern.starts_with("/api/") || pattern.starts_with("/auth/") => {
            format!("{}/", pattern.trim_end_matches('/'))
        }
        Some(pattern) => pattern.to_owned(),
    }
}

/// Unknown methods share one label, so that clients cannot grow the metrics.
fn method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}

fn class(response: &Response) -> &'static str {
    match response.status().as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

/// The id from a proxy in front of the gateway, if it is safe in a log; otherwise a new one.
fn id_of(context: &Context, request: &Request) -> HeaderValue {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let given = request
        .headers()
        .get(REQUEST_ID)
        .filter(|id| !id.is_empty() && id.len() <= LONGEST_ID && id.as_bytes().iter().all(is_plain));
    given.cloned().unwrap_or_else(|| {
        let id = context.random.uuid().simple().to_string();
        HeaderValue::try_from(id).expect("hexadecimal digits are a valid header value")
    })
}
