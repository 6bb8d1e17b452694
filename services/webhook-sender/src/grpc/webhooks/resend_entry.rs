use chrono::{DateTime, Utc};
use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller};

use crate::endpoints::endpoint::Endpoint;

/// The audit entry of everything that sends webhooks again.
pub(super) fn resend_entry(endpoint: &Endpoint, caller: &Caller, now: DateTime<Utc>) -> Entry {
    Entry::new(AuditEvent::SentryAppWebhooksResend, endpoint.owner_organization_id, caller, now).target(
        "sentry-app",
        endpoint.app_id,
        endpoint.app_slug.clone(),
    )
}
