//! Texts of mail.

pub(crate) mod retry_schedule;

mod app_disabled;
mod broken_integration;
mod endpoint_failing;
mod invitation;
mod publication_decided;
mod publication_requested;
mod publication_withdrawn;
mod webhooks_stopped;

use chrono::{DateTime, Utc};
use patchbay_domain::invisible::without_invisible;
use uuid::Uuid;

pub(crate) use app_disabled::app_disabled;
pub(crate) use broken_integration::{BrokenIntegration, broken_integration};
pub(crate) use endpoint_failing::endpoint_failing;
pub(crate) use invitation::{Invitation, invitation};
pub(crate) use publication_decided::publication_decided;
pub(crate) use publication_requested::publication_requested;
pub(crate) use publication_withdrawn::publication_withdrawn;
pub(crate) use webhooks_stopped::webhooks_stopped;

/// A mail to one person, in plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    pub(crate) recipient: String,
    pub(crate) subject: String,
    pub(crate) body: String,
}

/// A mail that no mail server has accepted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WaitingMail {
    pub(crate) id: Uuid,
    pub(crate) recipient: String,
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) created_at: DateTime<Utc>,
    /// Failed attempts.
    pub(crate) attempts: i32,
}

impl Mail {
    /// One mail to each recipient, so that recipients do not see each other.
    pub(crate) fn to_each<'a>(
        recipients: impl IntoIterator<Item = &'a String>,
        subject: &str,
        body: &str,
    ) -> Vec<Self> {
        let mail = |recipient: &String| Self {
            recipient: recipient.clone(),
            subject: one_line(subject),
            body: without_invisible(body),
        };
        recipients.into_iter().map(mail).collect()
    }
}

/// Subjects contain names that users choose, so control characters are replaced. Invisible ones are left out everywhere: names are refused
/// if they have them, but older names, and texts, may have some.
fn one_line(text: &str) -> String {
    without_invisible(text).chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_line() {
        let mails = Mail::to_each(&["a@example.com".to_owned()], "Hooks\r\nBcc: x", "text");
        assert_eq!(mails[0].subject, "Hooks  Bcc: x");
        let mails = Mail::to_each(&["a@example.com".to_owned()], "\u{202e}Pay\u{200b}Pal", "a\u{2066}b\nc");
        assert_eq!((mails[0].subject.as_str(), mails[0].body.as_str()), ("PayPal", "ab\nc"));
    }
}
