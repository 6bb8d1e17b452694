//! Calls to trackers.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::Clock;
use patchbay_egress::{BuildError, Cause, Egress, EgressError, HeaderMap, Method, OutboundRequest, Timeouts};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::Result;
use crate::error::{Failure, Kind};
use crate::limiter::{Limiter, Limiters};

/// A call ends after this time.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of a response.
const MAX_RESPONSE: usize = 4 * 1024 * 1024;
/// A tracker cannot pause an integration for longer.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// Calls the tracker of one integration. It is the only way of a provider to the outside: every call passes the guard against private
/// addresses, takes a token of the integration's bucket, ends after 10 s and reads at most 4 MiB. Redirects are not followed, and no
/// call is repeated by itself.
#[derive(Debug, Clone)]
pub struct Client {
    transport: Transport,
    clock: Clock,
    limiter: Limiter,
    tracker: String,
}

/// The HTTP clients of all integrations. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Transport {
    checked: Egress,
    unchecked: Egress,
}

/// A call.
#[derive(Debug, Clone)]
pub struct Request {
    outbound: OutboundRequest,
    checks_certificate: bool,
    /// Instead of the client for trackers.
    through: Option<Egress>,
}

/// An answer with a status of 200 to 299.
#[derive(Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// As received.
    pub headers: HeaderMap,
    /// As received.
    pub body: Bytes,
}

impl Request {
    /// A call without headers and body.
    pub fn new(method: Method, url: &Url) -> Self {
        let outbound = OutboundRequest::new(method, url.as_str());
        let outbound = outbound.timeouts(Timeouts::within(TIMEOUT)).max_response(MAX_RESPONSE);
        Self { outbound, checks_certificate: true, through: None }
    }

    /// Adds a header and replaces an earlier one with the same name.
    #[must_use]
    pub fn header(self, name: &str, value: impl Into<String>) -> Self {
        Self { outbound: self.outbound.header(name, value), ..self }
    }

    /// Whether the certificate of the tracker has to be valid; it has to unless this says otherwise.
    #[must_use]
    pub fn checks_certificate(self, checks_certificate: bool) -> Self {
        Self { checks_certificate, ..self }
    }

    /// Sends with this client instead of the one for trackers, to a host that the operator chose and not a person.
    #[must_use]
    pub fn through(self, egress: &Egress) -> Self {
        Self { through: Some(egress.clone()), ..self }
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.outbound.body = body.to_string().into();
        self.header("Content-Type", "application/json")
    }

    /// Sets a body.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.outbound.body = body.into();
        self.header("Content-Type", content_type)
    }
}

impl Transport {
    /// Sends through `egress`, and repeats no request.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn new(egress: &Egress) -> Result<Self, BuildError> {
        let unchecked = egress.without_certificate_checks()?.sending_once();
        Ok(Self { checked: egress.sending_once(), unchecked })
    }
}

impl Response {
    /// Reads the body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|_| {
            let kind = self.headers.get("content-type").and_then(|kind| kind.to_str().ok());
            let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or("unknown").trim();
            let message = format!("An unsupported response type was returned: {kind}");
            Failure { status: Some(self.status), ..Failure::new(Kind::Unreadable, message) }
        })
    }

    /// The first header with this name, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl std::fmt::Debug for Response {
    /// Omits headers and body.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Client {
    /// A client for an integration. `tracker` is the provider's name in texts.
    pub fn new(
        transport: Transport,
        limiters: &Limiters,
        clock: Clock,
        integration_id: i64,
        tracker: &str,
    ) -> Self {
        Self { transport, clock, limiter: limiters.of(integration_id), tracker: tracker.to_owned() }
    }

    /// A client for a setup, which has no integration yet.
    pub fn for_setup(transport: Transport, limiters: &Limiters, clock: Clock, tracker: &str) -> Self {
        Self { transport, clock, limiter: limiters.fresh(), tracker: tracker.to_owned() }
    }

    /// The current time, for signatures and the lifetimes of tokens.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Makes a call. A status outside of 200 to 299 is a failure in the words of the contract.
    pub async fn send(&self, request: Request) -> Result<Response> {
        self.send_explained(request, |_| None).await
    }

    /// Like [`Client::send`]; `explain` reads the tracker's own words from the body of a refusal.
    pub async fn send_explained(
        &self,
        request: Request,
        explain: impl Fn(&Response) -> Option<Explained> + Send,
    ) -> Result<Response> {
        let _permit = self.limiter.admit().await;
        let host = host(&request.outbound.url);
        let egress = match &request.through {
            Some(egress) => egress,
            None if request.checks_certificate => &self.transport.checked,
            None => &self.transport.unchecked,
        };
        let answer = egress.send(request.outbound).await.map_err(|error| not_answered(&error, &host))?;
        if answer.truncated {
            let message = format!("The response of {host} is too large");
            return Err(Failure { status: Some(answer.status), ..Failure::new(Kind::Unreadable, message) });
        }
        let response = Response { status: answer.status, headers: answer.headers, body: answer.body };
        if (200..300).contains(&response.status) {
            return Ok(response);
        }
        Err(self.refusal(&response, explain(&response)))
    }

    fn refusal(&self, response: &Response, explained: Option<Explained>) -> Failure {
        let Explained { kind, message: words, fields } = explained.unwrap_or_default();
        let kind = kind.unwrap_or_else(|| match response.status {
            401 => Kind::Unauthorized,
            403 if self.limited_until(response).is_some() => Kind::RateLimited,
            403 => Kind::Forbidden,
            404 | 410 => Kind::Gone,
            429 => Kind::RateLimited,
            408 | 500.. => Kind::Unreachable,
            _ if !fields.is_empty() => Kind::Fields(fields),
            _ => Kind::Refused,
        });
        let message = match kind {
            Kind::Unauthorized => {
                "Unauthorized: either your access token was invalid or you do not have access".to_owned()
            }
            _ => {
                let words = if words.is_empty() { "unknown error" } else { &words };
                format!("Error Communicating with {} (HTTP {}): {words}", self.tracker, response.status)
            }
        };
        let retry_at = match kind {
            Kind::RateLimited | Kind::Unreachable => self.limited_until(response),
            _ => None,
        };
        Failure { kind, message, status: Some(response.status), retry_at }
    }

    /// When the tracker accepts requests again, if it says so: `Retry-After` in seconds or as a date, or the reset of an exhausted limit.
    fn limited_until(&self, response: &Response) -> Option<DateTime<Utc>> {
        let now = self.clock.now();
        let after = response.header("retry-after").and_then(|value| match value.trim().parse::<i64>() {
            Ok(seconds) => TimeDelta::try_seconds(seconds).and_then(|wait| now.checked_add_signed(wait)),
            Err(_) => DateTime::parse_from_rfc2822(value).ok().map(|at| at.with_timezone(&Utc)),
        });
        let exhausted = response.header("x-ratelimit-remaining").is_some_and(|left| left.trim() == "0");
        let reset = response.header("x-ratelimit-reset").filter(|_| exhausted);
        let reset =
            reset.and_then(|value| value.trim().parse().ok()).and_then(|at| DateTime::from_timestamp(at, 0));
        after.or(reset).map(|at| at.clamp(now, now + LONGEST_PAUSE))
    }
}

/// The words of a tracker about a refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explained {
    /// The kind of the failure, if the words say more than the status.
    pub kind: Option<Kind>,
    /// In its words.
    pub message: String,
    /// Names of fields with their problems.
    pub fields: Vec<(String, Vec<String>)>,
}

fn host(url: &str) -> String {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(|url| url.host_str().map(|host| (host, url.port())));
    match host {
        Some((host, Some(port))) => format!("{host}:{port}"),
        Some((host, None)) => host.to_owned(),
        None => "unknown".to_owned(),
    }
}

fn not_answered(error: &EgressError, host: &str) -> Failure {
    let (kind, message) = match error.cause {
        cause if cause.is_timeout() => {
            (Kind::Unreachable, format!("Timed out attempting to reach host: {host}"))
        }
        Cause::Tls(_) => {
            (Kind::Certificate, format!("The certificate of {host} is not accepted: {}", error.message))
        }
        Cause::InvalidUrl | Cause::InvalidHeader => (Kind::Refused, "Enter a valid URL.".to_owned()),
        _ => (Kind::Unreachable, format!("Unable to reach host: {host}")),
    };
    Failure { status: error.status, ..Failure::new(kind, message) }
}
