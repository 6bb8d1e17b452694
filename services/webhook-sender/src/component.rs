//! One request to an app for a UI component of its own, whose answer somebody waits for.

mod places;

use std::time::Duration;

use bytes::Bytes;
use patchbay_domain::{Clock, Result};
use patchbay_egress::{EgressError, Method, OutboundRequest, OutboundResponse, Timeouts};
use patchbay_webhook_signature::header;
use uuid::{NoContext, Timestamp, Uuid};

use crate::attempt::{Attempt, Exchange, app_error, outcome};
use crate::domain::after_attempt::Outcome;
use crate::domain::delivery::{Delivery, State};
use crate::domain::request_log::{shown_answer, shown_body, shown_headers};
use crate::recorder::{Hold, Record, Recorder};
use crate::world::endpoint::Destination;

pub(crate) use places::Places;

/// Makes components' requests.
#[derive(Debug)]
pub(crate) struct Components {
    pub recorder: Recorder,
    pub clock: Clock,
    /// The longest time a request may take.
    pub timeout: Duration,
    /// Requests that may run at once.
    pub places: Places,
}

/// What is sent.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub app_id: i64,
    pub organization_id: i64,
    pub installation_id: Uuid,
    /// Resource and action, for the log.
    pub event: (String, String),
    pub method: Method,
    pub url: String,
    /// Empty for a GET.
    pub body: Bytes,
    pub timeout: Option<Duration>,
}

/// How it went.
pub(crate) type Answer = std::result::Result<OutboundResponse, EgressError>;

impl Components {
    /// Sends it once, and puts it into the log.
    pub(crate) async fn call(&self, wanted: Wanted, destination: &Destination) -> Result<Answer> {
        let _place = self.places.take(wanted.app_id)?;
        let headers = headers(destination, &wanted.body);
        let timeout = wanted.timeout.unwrap_or(self.timeout).min(self.timeout);
        let request = OutboundRequest {
            headers: headers.clone(),
            body: wanted.body.clone(),
            timeouts: Timeouts::within(timeout),
            ..OutboundRequest::new(wanted.method.clone(), wanted.url.as_str())
        };
        let started_at = self.clock.now();
        let answer = destination.egress.send(request).await;
        let outcome = outcome(&answer, self.clock.now());
        let custom = &destination.custom_headers;
        let (took, response) = match &answer {
            Ok(response) => (response.elapsed, Some(response)),
            Err(error) => (error.elapsed, None),
        };
        let failed = !is_fine(outcome);
        let exchange = Exchange {
            request_headers: failed.then(|| shown_headers(&headers, custom)),
            request_body: failed.then(|| shown_body(&wanted.body)),
            response_body: response.map(|it| shown_answer(&it.body, custom)).unwrap_or_default(),
            app_error: response.and_then(app_error),
        };
        let url = wanted.url.clone();
        let attempt =
            Attempt { number: 1, url: url.into(), started_at, took, outcome, exchange: Some(exchange) };
        self.record(wanted, attempt).await;
        Ok(answer)
    }

    async fn record(&self, wanted: Wanted, attempt: Attempt) {
        let (resource, action) = wanted.event;
        let at = attempt.started_at;
        let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
        let id = Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos()));
        let delivery = Delivery {
            id,
            event_id: id,
            installation_id: wanted.installation_id,
            app_id: wanted.app_id,
            organization_id: wanted.organization_id,
            resource,
            action,
            body: wanted.body,
            accepted_at: at,
            traceparent: None,
            unconditional: true,
            ordering_key: String::new(),
            sequence: 0,
            attempts: 1,
            schedule_from: 0,
            failure: None,
        };
        let (state, hold) = (State::Called, Hold::Nothing);
        self.recorder.record(Record { delivery, attempt: Some(attempt), state, has_row: false, hold }).await;
    }
}

/// Sentry's own rule for these: below 400.
fn is_fine(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Answered { status: ..400, .. })
}

/// The app's own headers first: of two of the same name the later one is sent.
fn headers(destination: &Destination, body: &[u8]) -> Vec<(String, String)> {
    let mut headers = destination.custom_headers.clone();
    let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
    add("Content-Type", "application/json".to_owned());
    add("Request-ID", Uuid::new_v4().simple().to_string());
    add(header::SENTRY_APP_SIGNATURE, destination.signer.sentry(body));
    headers
}
