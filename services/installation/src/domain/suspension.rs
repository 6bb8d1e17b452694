//! Suspensions: times in which an installation receives no webhooks.

pub(crate) mod access;

use chrono::{DateTime, Utc};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suspension {
    pub(crate) since: DateTime<Utc>,
    /// A reason for people, one line.
    pub(crate) cause: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suspended {
    /// The app, in every organization.
    App,
    /// The webhooks of one installation.
    Webhooks,
}

impl Suspended {
    /// The name in messages and the REST API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::App => "app_disabled",
            Self::Webhooks => "webhooks_stopped",
        }
    }
}

/// The suspension in effect. That of the app takes precedence, because resuming a single installation has no effect before.
pub(crate) fn effective<'a>(
    app: Option<&'a Suspension>,
    webhooks: Option<&'a Suspension>,
) -> Option<(Suspended, &'a Suspension)> {
    app.map(|app| (Suspended::App, app)).or(webhooks.map(|webhooks| (Suspended::Webhooks, webhooks)))
}

/// The reason that a caller gave, as one line of bounded length; `default` if it is empty.
pub(crate) fn cause(reason: &str, default: &str) -> String {
    const MAX_LENGTH: usize = 500;
    let reason = reason.trim();
    let reason = if reason.is_empty() { default } else { reason };
    // Mails and pages show it, so it must not contain control characters.
    reason.chars().filter(|c| !c.is_control()).take(MAX_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn since(seconds: i64) -> Suspension {
        Suspension { since: DateTime::from_timestamp(seconds, 0).unwrap(), cause: "x".into() }
    }

    #[test]
    fn a_disabled_app_takes_precedence_over_stopped_webhooks() {
        let (app, webhooks) = (since(1), since(2));
        assert_eq!(effective(None, None), None);
        assert_eq!(effective(None, Some(&webhooks)), Some((Suspended::Webhooks, &webhooks)));
        assert_eq!(effective(Some(&app), Some(&webhooks)), Some((Suspended::App, &app)));
    }

    #[test]
    fn a_cause_is_one_line_of_bounded_length() {
        assert_eq!(cause(" 410\r\nBcc: all@example.com ", ""), "410Bcc: all@example.com");
        assert_eq!(cause("  ", "No reason was given."), "No reason was given.");
        assert_eq!(cause(&"ä".repeat(600), "").chars().count(), 500);
    }
}
