//! One attempt to send a webhook.

use std::borrow::Cow;
use std::time::Duration;

use chrono::{DateTime, Utc};
use patchbay_domain::{Clock, Random};
use patchbay_egress::{Cause, EgressError, OutboundResponse, PreparedRequest, Timeouts};
use patchbay_runtime::{TraceContext, trace_context};
use tracing::{Instrument, Span};

use crate::domain::after_attempt::Outcome;
use crate::domain::attempt::{Attempt, Exchange};
use crate::domain::attempt_headers::{AttemptFacts, attempt_headers, shown_attempt_headers};
use crate::domain::delivery::Delivery;
use crate::domain::mask::Mask;
use crate::domain::request_log::{shown_body, shown_headers, shown_response};
use crate::domain::retry_after::retry_after;
use crate::endpoints::endpoint::Destination;

#[derive(Debug)]
pub(crate) struct Attempter {
    /// The default timeout.
    pub timeout: Duration,
    pub clock: Clock,
    pub random: Random,
}

impl Attempter {
    /// Signs, sends and reads the response, within the timeout.
    pub(crate) async fn attempt(&self, delivery: &Delivery, destination: &Destination) -> Attempt {
        let span = attempt_span(delivery);
        let traceparent = span.in_scope(|| outgoing_traceparent(delivery));
        self.send(delivery, destination, traceparent).instrument(span).await
    }

    async fn send(
        &self,
        delivery: &Delivery,
        destination: &Destination,
        traceparent: Option<String>,
    ) -> Attempt {
        let number = delivery.attempts + 1;
        let facts =
            AttemptFacts { number, request_id: self.random.uuid(), at: self.clock.now(), traceparent };
        let timeouts = Timeouts::within(destination.timeout.unwrap_or(self.timeout));
        let headers = attempt_headers(delivery, &facts, &destination.signer, &destination.headers);
        let sent = match (&destination.address, headers) {
            (Ok(address), Some(headers)) => {
                let request = PreparedRequest::post(headers, delivery.body.clone(), timeouts);
                destination.egress.send_to(address, request).await
            }
            (Ok(_), None) => Err(EgressError {
                cause: Cause::InvalidHeader,
                message: "a header is malformed".to_owned(),
                status: None,
                elapsed: Duration::ZERO,
            }),
            (Err(invalid), _) => Err(invalid.clone()),
        };
        let outcome = outcome(&sent, self.clock.now());
        let exchange = match &sent {
            Ok(response) if outcome.is_success() => success_exchange(delivery, response, destination),
            _ => Some(failure_exchange(delivery, destination, &facts, &sent)),
        };
        let took = match &sent {
            Ok(response) => response.elapsed,
            Err(error) => error.elapsed,
        };
        Attempt { number, url: destination.url.clone(), started_at: facts.at, took, outcome, exchange }
    }
}

/// The status also counts when the connection broke off after it: the app has decided by then.
pub(crate) fn outcome(sent: &Result<OutboundResponse, EgressError>, now: DateTime<Utc>) -> Outcome {
    match sent {
        Ok(response) => Outcome::Answered {
            status: response.status,
            retry_after: response.header("retry-after").and_then(|value| retry_after(value, now)),
        },
        Err(EgressError { status: Some(status), .. }) => {
            Outcome::Answered { status: *status, retry_after: None }
        }
        Err(error) => Outcome::Failed(error.cause),
    }
}

/// `None` for a successful response without a body and without an app error, as most are.
fn success_exchange(
    delivery: &Delivery,
    response: &OutboundResponse,
    destination: &Destination,
) -> Option<Exchange> {
    let mask = mask_with_code(destination, delivery.split_body().1);
    let app_error = app_error(response, &mask);
    if response.body.is_empty() && app_error.is_none() {
        return None;
    }
    let response_body = shown_response(&response.body, response.truncated, &mask);
    Some(Exchange { response_body, app_error, ..Exchange::default() })
}

/// Builds the headers a second time, which costs only failed attempts.
fn failure_exchange(
    delivery: &Delivery,
    destination: &Destination,
    facts: &AttemptFacts,
    sent: &Result<OutboundResponse, EgressError>,
) -> Exchange {
    let custom = &destination.custom_headers;
    let headers = shown_attempt_headers(delivery, facts, &destination.signer, custom);
    let (body, code) = delivery.split_body();
    let mask = mask_with_code(destination, code);
    Exchange {
        request_headers: Some(shown_headers(&headers, custom)),
        request_body: Some(shown_body(&body)),
        response_body: match sent {
            Ok(response) => shown_response(&response.body, response.truncated, &mask),
            Err(_) => String::new(),
        },
        app_error: sent.as_ref().ok().and_then(|response| app_error(response, &mask)),
    }
}

/// Masks what a receiver may echo and the log must not show: custom headers and the grant code.
fn mask_with_code(destination: &Destination, code: Option<String>) -> Cow<'_, Mask> {
    let Some(code) = code else { return Cow::Borrowed(&destination.mask) };
    let secrets = [&destination.custom_headers[..], &[("code".to_owned(), code)]].concat();
    Cow::Owned(Mask::new(&secrets))
}

/// As in Sentry, one header without the other is ignored.
pub(crate) fn app_error(response: &OutboundResponse, mask: &Mask) -> Option<(String, String)> {
    let header = |name| {
        let value = response.header(name)?;
        (!value.is_empty() && value.len() <= 100).then(|| mask.text(value))
    };
    Some((header("sentry-hook-error")?, header("sentry-hook-project")?))
}

/// Lasts from here until the webhook has its slot at the endpoint. The time before is an attribute.
pub(crate) fn wait_span(delivery: &Delivery, now: DateTime<Utc>) -> Span {
    let Some(traceparent) = &delivery.traceparent else { return Span::none() };
    let span = tracing::info_span!(
        "webhook_sender.wait",
        delivery_id = %delivery.id,
        app_id = delivery.app_id,
        since_accepted_ms = (now - delivery.accepted_at).num_milliseconds(),
    );
    let parent = TraceContext { traceparent: traceparent.clone(), tracestate: None };
    trace_context::set_parent(&span, &parent);
    span
}

/// No span unless the producer sent a `traceparent`.
fn attempt_span(delivery: &Delivery) -> Span {
    let Some(traceparent) = &delivery.traceparent else { return Span::none() };
    let span = tracing::info_span!(
        "webhook_sender.attempt",
        delivery_id = %delivery.id,
        app_id = delivery.app_id,
        attempt = delivery.attempts + 1,
    );
    let parent = TraceContext { traceparent: traceparent.clone(), tracestate: None };
    trace_context::set_parent(&span, &parent);
    span
}

/// A process without tracing passes the producer's context on unchanged.
fn outgoing_traceparent(delivery: &Delivery) -> Option<String> {
    let given = delivery.traceparent.as_ref()?;
    let current = trace_context::inject().map(|context| context.traceparent);
    current.or_else(|| is_traceparent(given).then(|| given.clone()))
}

/// `00-<32 hex>-<16 hex>-<2 hex>`
fn is_traceparent(text: &str) -> bool {
    text.len() == 55
        && text.bytes().enumerate().all(|(index, byte)| match index {
            2 | 35 | 52 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

#[cfg(test)]
mod tests {
    use patchbay_egress::{HeaderMap, Phase};

    use super::*;

    fn failed(cause: Cause, status: Option<u16>) -> Result<OutboundResponse, EgressError> {
        Err(EgressError { cause, message: String::new(), status, elapsed: Duration::ZERO })
    }

    #[test]
    fn a_response_that_broke_off_counts_by_its_status() {
        let now = DateTime::UNIX_EPOCH;
        let slow_body = Cause::Timeout(Phase::Body);
        let answered = |status| Outcome::Answered { status, retry_after: None };
        assert_eq!(outcome(&failed(slow_body, Some(200)), now), answered(200));
        assert_eq!(outcome(&failed(Cause::Reset, Some(500)), now), answered(500));
        assert_eq!(outcome(&failed(slow_body, None), now), Outcome::Failed(slow_body));
    }

    #[test]
    fn retry_after_is_read_from_the_response() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "7".parse().unwrap());
        let response = OutboundResponse {
            status: 503,
            headers,
            body: Default::default(),
            truncated: false,
            elapsed: Duration::ZERO,
        };
        let retry_after = Some(Duration::from_secs(7));
        let expected = Outcome::Answered { status: 503, retry_after };
        assert_eq!(outcome(&Ok(response), DateTime::UNIX_EPOCH), expected);
    }

    #[test]
    fn only_a_wellformed_traceparent_is_passed_on() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert!(is_traceparent(good));
        for bad in ["", &good[1..], &good.to_ascii_uppercase(), &good.replace('-', "_"), "00\r\n"] {
            assert!(!is_traceparent(bad), "{bad}");
        }
    }
}
