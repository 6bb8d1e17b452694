//! What an organization may use. The names are Sentry's, without the `organizations:` that stands in front of them there.

/// Subscribe apps to `error.created`.
pub const EVENT_HOOKS: &str = "integrations-event-hooks";
/// Refresh an installation's token with a JWT instead of a refresh token. Off until somebody asks for it: it lets whoever has
/// the client secret get a token without ever having had one.
pub const MANUAL_TOKEN_REFRESH: &str = "sentry-app-manual-token-refresh";
/// Send issue alerts to apps.
pub const ALERT_RULE: &str = "integrations-alert-rule";

/// What a new organization has where its operator did not say otherwise: everything but [`MANUAL_TOKEN_REFRESH`].
/// Sorted.
pub const DEFAULT: &[&str] = &[
    ALERT_RULE,
    "integrations-api",
    "integrations-codeowners",
    "integrations-commits",
    EVENT_HOOKS,
    "integrations-feature-flag",
    "integrations-incident-management",
    "integrations-issue-basic",
    "integrations-issue-link",
    "integrations-issue-sync",
    "integrations-project-management",
    "integrations-stacktrace-link",
    "integrations-ticket-rules",
    "integrations-visualization",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_on_but_what_has_to_be_asked_for() {
        assert!(DEFAULT.is_sorted() && !DEFAULT.contains(&MANUAL_TOKEN_REFRESH));
        assert!(DEFAULT.contains(&EVENT_HOOKS) && DEFAULT.contains(&ALERT_RULE));
    }
}
