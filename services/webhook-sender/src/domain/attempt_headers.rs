//! The headers of one attempt.

use chrono::{DateTime, Utc};
use patchbay_webhook_signature::{Signer, header};
use uuid::Uuid;

use super::delivery::Delivery;

/// Which attempt it is, from 1.
pub(crate) const ATTEMPT: &str = "patchbay-attempt";
/// From the second attempt on: why the one before failed.
pub(crate) const RETRY_REASON: &str = "patchbay-retry-reason";
/// Which of the installation's webhooks it is, so that a receiver sees what it missed.
pub(crate) const SEQUENCE: &str = "patchbay-sequence";

const USER_AGENT: &str = concat!("Patchbay/", env!("CARGO_PKG_VERSION"));

/// What makes an attempt differ from another one of the same webhook.
#[derive(Debug, Clone)]
pub(crate) struct AttemptFacts {
    pub number: i32,
    /// Drawn anew for each attempt, as Sentry does.
    pub request_id: Uuid,
    pub at: DateTime<Utc>,
    pub traceparent: Option<String>,
}

/// The app's own headers, then ours: of two of the same name the later one is sent.
pub(crate) fn attempt_headers(
    delivery: &Delivery,
    facts: &AttemptFacts,
    signer: &Signer,
    custom: &[(String, String)],
) -> Vec<(String, String)> {
    let timestamp = facts.at.timestamp();
    let webhook_id = delivery.id.to_string();
    let mut headers = Vec::with_capacity(custom.len() + 13);
    headers.extend_from_slice(custom);
    let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
    add("Content-Type", "application/json".to_owned());
    add("User-Agent", USER_AGENT.to_owned());
    add("Request-ID", facts.request_id.simple().to_string());
    add(header::SENTRY_HOOK_RESOURCE, delivery.resource.clone());
    add(header::SENTRY_HOOK_TIMESTAMP, timestamp.to_string());
    add(header::SENTRY_HOOK_SIGNATURE, signer.sentry(&delivery.body));
    add(header::WEBHOOK_SIGNATURE, signer.standard(&webhook_id, timestamp, &delivery.body));
    add(header::WEBHOOK_TIMESTAMP, timestamp.to_string());
    add(header::WEBHOOK_ID, webhook_id);
    add(ATTEMPT, facts.number.to_string());
    if delivery.sequence > 0 {
        add(SEQUENCE, delivery.sequence.to_string());
    }
    if let Some(failure) = &delivery.failure {
        add(RETRY_REASON, failure.clone());
    }
    if let Some(traceparent) = &facts.traceparent {
        add("traceparent", traceparent.clone());
    }
    headers
}
