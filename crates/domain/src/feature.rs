//! Features of an organization. The names are Sentry's without the prefix `organizations:`.

/// Subscribe apps to `error.created`.
pub const EVENT_HOOKS: &str = "integrations-event-hooks";
/// Refresh the token of an installation with a JWT instead of a refresh token. Off by default, because with
/// it the client secret alone is enough to get a token.
pub const MANUAL_TOKEN_REFRESH: &str = "sentry-app-manual-token-refresh";
/// Send issue alerts to apps.
pub const ALERT_RULE: &str = "integrations-alert-rule";

/// The features of a new organization unless the operator configures others: all except
/// [`MANUAL_TOKEN_REFRESH`]. Sorted.
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
    fn all_features_except_manual_token_refresh_are_on_by_default() {
        assert!(DEFAULT.is_sorted() && !DEFAULT.contains(&MANUAL_TOKEN_REFRESH));
        assert!(DEFAULT.contains(&EVENT_HOOKS) && DEFAULT.contains(&ALERT_RULE));
    }
}
