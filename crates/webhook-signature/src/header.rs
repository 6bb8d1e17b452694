//! Header names in their documented spelling. Compare header names regardless of case.

/// Unix time of the attempt in seconds, in decimal. Not covered by [`SENTRY_HOOK_SIGNATURE`].
pub const SENTRY_HOOK_TIMESTAMP: &str = "Sentry-Hook-Timestamp";
/// The resource of the event, for example `issue`.
pub const SENTRY_HOOK_RESOURCE: &str = "Sentry-Hook-Resource";
/// Hex HMAC-SHA256 of the body.
pub const SENTRY_HOOK_SIGNATURE: &str = "Sentry-Hook-Signature";
/// As [`SENTRY_HOOK_SIGNATURE`], in requests of UI components. A GET signs the empty body.
pub const SENTRY_APP_SIGNATURE: &str = "Sentry-App-Signature";
/// Id of the message, the same in all attempts.
pub const WEBHOOK_ID: &str = "webhook-id";
/// Unix time of the attempt in seconds, in decimal; covered by [`WEBHOOK_SIGNATURE`].
pub const WEBHOOK_TIMESTAMP: &str = "webhook-timestamp";
/// One or more signatures `v1,<base64>`, separated by spaces, starting with that of the newest key.
pub const WEBHOOK_SIGNATURE: &str = "webhook-signature";
