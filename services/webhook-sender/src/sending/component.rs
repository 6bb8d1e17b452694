//! One request to an app for one of its UI components, while the caller waits for the response.

use std::time::Duration;

use bytes::Bytes;
use patchbay_domain::{Clock, Random, Result};
use patchbay_egress::{EgressError, Method, OutboundRequest, OutboundResponse, Timeouts};
use patchbay_webhook_signature::header;
use uuid::{NoContext, Timestamp, Uuid};

use super::attempt::{app_error, outcome};
use super::component_slots::ComponentSlots;
use crate::domain::after_attempt::Outcome;
use crate::domain::attempt::{Attempt, Exchange};
use crate::domain::delivery::{Delivery, State};
use crate::domain::request_log::{shown_body, shown_headers, shown_response};
use crate::endpoints::endpoint::Destination;
use crate::recording::origin::Origin;
use crate::recording::record::Record;
use crate::recording::recorder::Recorder;

#[derive(Debug, Clone)]
pub(crate) struct Components {
    pub recorder: Recorder,
    pub clock: Clock,
    pub random: Random,
    /// The longest time a request may take.
    pub timeout: Duration,
    pub slots: ComponentSlots,
}

#[derive(Debug)]
pub(crate) struct ComponentCall {
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

pub(crate) type ComponentResponse = std::result::Result<OutboundResponse, EgressError>;

impl Components {
    /// Sends the request once, and records it in the request log.
    pub(crate) async fn call(
        &self,
        call: ComponentCall,
        destination: &Destination,
    ) -> Result<ComponentResponse> {
        let _slot = self.slots.take(call.app_id)?;
        let headers = headers(destination, &call.body, self.random.uuid());
        let timeout = call.timeout.unwrap_or(self.timeout).min(self.timeout);
        let request = OutboundRequest {
            headers: headers.clone(),
            body: call.body.clone(),
            timeouts: Timeouts::within(timeout),
            ..OutboundRequest::new(call.method.clone(), call.url.as_str())
        };
        let started_at = self.clock.now();
        let result = destination.egress.send(request).await;
        let outcome = outcome(&result, self.clock.now());
        let custom = &destination.custom_headers;
        let (took, response) = match &result {
            Ok(response) => (response.elapsed, Some(response)),
            Err(error) => (error.elapsed, None),
        };
        let failed = !is_fine(outcome);
        let exchange = Exchange {
            request_headers: failed.then(|| shown_headers(&headers, custom)),
            request_body: failed.then(|| shown_body(&call.body)),
            response_body: response
                .map(|it| shown_response(&it.body, it.truncated, &destination.mask))
                .unwrap_or_default(),
            app_error: response.and_then(|it| app_error(it, &destination.mask)),
        };
        let url = call.url.clone();
        let attempt =
            Attempt { number: 1, url: url.into(), started_at, took, outcome, exchange: Some(exchange) };
        self.record(call, attempt).await;
        Ok(result)
    }

    async fn record(&self, call: ComponentCall, attempt: Attempt) {
        let (resource, action) = call.event;
        let at = attempt.started_at;
        let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
        let id = Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos()));
        let delivery = Delivery {
            id,
            event_id: id,
            installation_id: call.installation_id,
            app_id: call.app_id,
            organization_id: call.organization_id,
            resource,
            action,
            body: call.body,
            accepted_at: at,
            traceparent: None,
            unconditional: true,
            ordering_key: String::new(),
            sequence: 0,
            attempts: 1,
            schedule_from: 0,
            failure: None,
        };
        let (state, origin) = (State::Called, Origin::Unclaimed);
        self.recorder.record(Record { delivery, attempt: Some(attempt), state, origin }).await;
    }
}

/// As in Sentry, a component call succeeds with any status below 400.
fn is_fine(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Answered { status: ..400, .. })
}

/// Custom headers come first, because the later of two headers with the same name is sent.
fn headers(destination: &Destination, body: &[u8], request_id: Uuid) -> Vec<(String, String)> {
    let mut headers = destination.custom_headers.clone();
    let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
    add("Content-Type", "application/json".to_owned());
    add("Request-ID", request_id.simple().to_string());
    add(header::SENTRY_APP_SIGNATURE, destination.signer.sentry(body));
    headers
}
