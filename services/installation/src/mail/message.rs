use std::time::SystemTime;

use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};

use crate::domain::mail::WaitingMail;

/// Builds the message that goes over the wire; `None` if the recipient is not a valid address.
pub(super) fn message(mail: &WaitingMail, sender: &Mailbox) -> Option<Message> {
    let recipient: Mailbox = mail.recipient.parse().ok()?;
    // Automatic responders do not answer mail with this header (RFC 3834).
    let automatic =
        HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    Message::builder()
        .from(sender.clone())
        .to(recipient)
        .subject(&mail.subject)
        .date(SystemTime::from(mail.created_at))
        .message_id(Some(format!("<{}@{}>", mail.id, sender.email.domain())))
        .raw_header(automatic)
        .header(ContentType::TEXT_PLAIN)
        .body(mail.body.clone())
        .ok()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn mail(recipient: &str, subject: &str) -> WaitingMail {
        WaitingMail {
            id: Uuid::from_u128(7),
            recipient: recipient.to_owned(),
            subject: subject.to_owned(),
            body: "Grüezi\n".to_owned(),
            created_at: DateTime::UNIX_EPOCH,
            attempts: 0,
        }
    }

    fn written(mail: &WaitingMail) -> String {
        let sender = "Patchbay <patchbay@example.com>".parse().unwrap();
        String::from_utf8(message(mail, &sender).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_message_keeps_its_id_over_all_attempts() {
        let text = written(&mail("jane@example.com", "Hello"));
        assert!(
            text.contains("Message-ID: <00000000-0000-0000-0000-000000000007@example.com>\r\n"),
            "{text}"
        );
        assert!(
            text.contains("To: jane@example.com\r\n") && text.contains("Auto-Submitted: auto-generated\r\n")
        );
        assert_eq!(text, written(&mail("jane@example.com", "Hello")));
    }

    #[test]
    fn a_subject_cannot_add_headers() {
        let text = written(&mail("jane@example.com", "a\r\nBcc: all@example.com"));
        assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
    }

    #[test]
    fn an_invalid_address_gets_no_message() {
        let sender = "patchbay@example.com".parse().unwrap();
        for recipient in ["", "jane", "jane@example.com\r\nBcc: all@example.com", "a@b, c@d"] {
            assert!(message(&mail(recipient, "x"), &sender).is_none(), "{recipient:?}");
        }
    }
}
