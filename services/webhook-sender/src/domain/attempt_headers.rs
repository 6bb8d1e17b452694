//! The headers of one attempt.

use std::fmt::{Display, Write};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use patchbay_egress::{HeaderMap, HeaderName, HeaderValue, header_value};
use patchbay_webhook_signature::{Signer, header};
use uuid::Uuid;

use super::delivery::Delivery;

/// The number of the attempt, from 1.
pub(crate) const ATTEMPT: &str = "patchbay-attempt";
/// Why the previous attempt failed; set from the second attempt on.
pub(crate) const RETRY_REASON: &str = "patchbay-retry-reason";
/// The number of the webhook in its installation, so that a receiver notices gaps.
pub(crate) const SEQUENCE: &str = "patchbay-sequence";

/// Headers of an attempt, at most.
const MAX_HEADERS: usize = 11;

const USER_AGENT: &str = concat!("Patchbay/", env!("CARGO_PKG_VERSION"));

/// The values that differ between two attempts of one webhook.
#[derive(Debug, Clone)]
pub(crate) struct AttemptFacts {
    pub number: i32,
    /// New for each attempt, as in Sentry.
    pub request_id: Uuid,
    pub at: DateTime<Utc>,
    pub traceparent: Option<String>,
}

/// The headers that are the same in all requests to an app: its custom headers, then ours. The custom ones are validated.
pub(crate) fn lasting_headers(custom: &[(String, String)]) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(custom.len() + 16);
    for (name, value) in custom {
        if let (Ok(name), Some(mut value)) = (HeaderName::try_from(name), header_value(value)) {
            value.set_sensitive(true);
            headers.insert(name, value);
        }
    }
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("user-agent", HeaderValue::from_static(USER_AGENT));
    headers
}

/// The headers of one attempt on top of the lasting ones, which they override. `None` if a value cannot be a header, which no
/// event leads to.
///
/// All values share one allocation, of which each header holds a slice.
pub(crate) fn attempt_headers(
    delivery: &Delivery,
    facts: &AttemptFacts,
    signer: &Signer,
    lasting: &HeaderMap,
) -> Option<HeaderMap> {
    let mut text = String::with_capacity(512);
    let mut parts = Vec::with_capacity(MAX_HEADERS);
    each_header(delivery, facts, signer, |name, value| {
        let begin = text.len();
        // Writing to a string cannot fail.
        let _ = write!(text, "{value}");
        parts.push((name, begin..text.len()));
    });
    let text = Bytes::from(text);
    let mut headers = HeaderMap::with_capacity(lasting.len() + parts.len());
    headers.extend(lasting.iter().map(|(name, value)| (name.clone(), value.clone())));
    for (name, part) in parts {
        headers.insert(name, HeaderValue::from_maybe_shared(text.slice(part)).ok()?);
    }
    Some(headers)
}

/// The same headers for the request log: in title case, custom headers first.
pub(crate) fn shown_attempt_headers(
    delivery: &Delivery,
    facts: &AttemptFacts,
    signer: &Signer,
    custom: &[(String, String)],
) -> Vec<(String, String)> {
    let mut headers = custom.to_vec();
    headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    headers.push(("User-Agent".to_owned(), USER_AGENT.to_owned()));
    each_header(delivery, facts, signer, |name, value| headers.push((title_case(name), value.to_string())));
    headers
}

/// Names are in lower case, as `HeaderMap` requires.
fn each_header(
    delivery: &Delivery,
    facts: &AttemptFacts,
    signer: &Signer,
    mut add: impl FnMut(&'static str, &dyn Display),
) {
    let timestamp = facts.at.timestamp();
    let webhook_id = delivery.id.to_string();
    add("request-id", &facts.request_id.simple());
    add("sentry-hook-resource", &delivery.resource);
    add("sentry-hook-timestamp", &timestamp);
    add("sentry-hook-signature", &signer.sentry(&delivery.body));
    add(header::WEBHOOK_SIGNATURE, &signer.standard(&webhook_id, timestamp, &delivery.body));
    add(header::WEBHOOK_TIMESTAMP, &timestamp);
    add(header::WEBHOOK_ID, &webhook_id);
    add(ATTEMPT, &facts.number);
    if delivery.sequence > 0 {
        add(SEQUENCE, &delivery.sequence);
    }
    if let Some(failure) = &delivery.failure {
        add(RETRY_REASON, failure);
    }
    if let Some(traceparent) = &facts.traceparent {
        add("traceparent", traceparent);
    }
}

/// `sentry-hook-resource` becomes `Sentry-Hook-Resource`, and `request-id` becomes `Request-ID` as in Sentry.
fn title_case(name: &str) -> String {
    if name == "request-id" {
        return "Request-ID".to_owned();
    }
    let mut begins = true;
    let upper = |c: char| {
        let shown = if begins { c.to_ascii_uppercase() } else { c };
        begins = c == '-';
        shown
    };
    name.chars().map(upper).collect()
}
