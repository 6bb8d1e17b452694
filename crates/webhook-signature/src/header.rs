//! Names of the headers, written as they are documented. Header names compare without regard to case.

/// Decimal unix seconds of the attempt. Not covered by [`SENTRY_HOOK_SIGNATURE`].
pub const SENTRY_HOOK_TIMESTAMP: &str = "Sentry-Hook-Timestamp";
/// What the webhook is about, for example `issue`.
pub const SENTRY_HOOK_RESOURCE: &str = "Sentry-Hook-Resource";
/// Hex HMAC-SHA256 of the body.
pub const SENTRY_HOOK_SIGNATURE: &str = "Sentry-Hook-Signature";
/// Like [`SENTRY_HOOK_SIGNATURE`], on the calls behind UI components; a GET signs the empty body.
pub const SENTRY_APP_SIGNATURE: &str = "Sentry-App-Signature";
/// Identity of the message, the same over all attempts.
pub const WEBHOOK_ID: &str = "webhook-id";
/// Decimal unix seconds of the attempt, covered by [`WEBHOOK_SIGNATURE`].
pub const WEBHOOK_TIMESTAMP: &str = "webhook-timestamp";
/// One or more `v1,<base64>`, separated by spaces, the newest key's first.
pub const WEBHOOK_SIGNATURE: &str = "webhook-signature";
