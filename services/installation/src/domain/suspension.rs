//! Times in which an installation is sent nothing.

use chrono::{DateTime, Utc};

/// Since when, and what was said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suspension {
    pub(crate) since: DateTime<Utc>,
    /// For people.
    pub(crate) cause: String,
}

/// What is suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suspended {
    /// The app, in every organization.
    App,
    /// The webhooks of one installation.
    Webhooks,
}

impl Suspended {
    /// As told on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::App => "app_disabled",
            Self::Webhooks => "webhooks_stopped",
        }
    }
}

/// Why an installation is sent nothing, if so. What holds for the whole app is said first: nobody can do anything about
/// a single installation before.
pub(crate) fn effective<'a>(
    app: Option<&'a Suspension>,
    webhooks: Option<&'a Suspension>,
) -> Option<(Suspended, &'a Suspension)> {
    app.map(|app| (Suspended::App, app)).or(webhooks.map(|webhooks| (Suspended::Webhooks, webhooks)))
}

/// What a caller said about a suspension, cut to what is kept; `otherwise` when they said nothing.
pub(crate) fn cause(said: &str, otherwise: &str) -> String {
    const LONGEST: usize = 500;
    let said = said.trim();
    let said = if said.is_empty() { otherwise } else { said };
    // It ends up in mails and pages: one line, without what terminals and mail clients interpret.
    said.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn since(seconds: i64) -> Suspension {
        Suspension { since: DateTime::from_timestamp(seconds, 0).unwrap(), cause: "x".into() }
    }

    #[test]
    fn a_disabled_app_is_said_before_stopped_webhooks() {
        let (app, webhooks) = (since(1), since(2));
        assert_eq!(effective(None, None), None);
        assert_eq!(effective(None, Some(&webhooks)), Some((Suspended::Webhooks, &webhooks)));
        assert_eq!(effective(Some(&app), Some(&webhooks)), Some((Suspended::App, &app)));
    }

    #[test]
    fn a_cause_is_one_line_of_bounded_length() {
        assert_eq!(cause(" 410\r\nBcc: all@example.com ", ""), "410Bcc: all@example.com");
        assert_eq!(cause("  ", "Nobody said why."), "Nobody said why.");
        assert_eq!(cause(&"ä".repeat(600), "").chars().count(), 500);
    }
}
