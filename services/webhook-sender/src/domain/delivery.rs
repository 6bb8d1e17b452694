//! One event for one installation, and its state.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use patchbay_domain::grant_code::{self, Place};
use uuid::Uuid;

use super::verdict::SentWhile;

/// A webhook to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub id: Uuid,
    pub event_id: Uuid,
    pub installation_id: Uuid,
    pub app_id: i64,
    pub organization_id: i64,
    pub resource: String,
    pub action: String,
    /// The request body, the same bytes at every attempt.
    pub body: Bytes,
    pub accepted_at: DateTime<Utc>,
    pub traceparent: Option<String>,
    /// Whether the installation service addressed it to an installation that starts or ends.
    pub unconditional: bool,
    /// Webhooks of the installation with the same key keep their order if the app wants strict order.
    pub ordering_key: String,
    /// The number of the webhook in its installation; 0 when it is not numbered.
    pub sequence: i64,
    /// Attempts made so far.
    pub attempts: i32,
    /// Attempts made before the present schedule started.
    pub schedule_from: i32,
    /// Why the last attempt failed.
    pub failure: Option<String>,
}

/// The resource of webhooks that tell an app of an installation's start and end.
pub(crate) const INSTALLATION: &str = "installation";

/// The status of a delivery. The numbers are those of `deliveries.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Pending = 1,
    Delivered = 2,
    Dead = 3,
    Dropped = 4,
    Held = 5,
}

/// The state of a delivery, as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Due at that time.
    Pending { due_at: DateTime<Utc>, reason: String },
    /// Held until the installation or the app may be sent webhooks again.
    Held { reason: String },
    /// Answered with a 2xx status.
    Delivered,
    /// A component call. It is never repeated, with or without a response.
    Called,
    /// Given up.
    Dead { reason: String },
    /// The app or the installation was removed before an attempt.
    Dropped { reason: &'static str },
}

impl Delivery {
    /// Whether the webhook tells the app of an installation's start or end.
    pub(crate) fn is_about_installation(&self) -> bool {
        self.resource == INSTALLATION
    }

    pub(crate) fn sent_while(&self) -> SentWhile {
        match (self.unconditional, self.is_about_installation(), self.action.as_str()) {
            (false, ..) => SentWhile::Installed,
            // It is the last word on an installation. Nothing may follow it, not even a late retry of `created`.
            (true, true, "deleted") => SentWhile::Always,
            (true, ..) => SentWhile::InstalledOrNew,
        }
    }
}

impl Status {
    pub(crate) fn from_number(number: i32) -> Option<Self> {
        [Self::Pending, Self::Delivered, Self::Dead, Self::Dropped, Self::Held]
            .into_iter()
            .find(|status| *status as i32 == number)
    }
}

impl State {
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Pending { .. } => Status::Pending,
            Self::Held { .. } => Status::Held,
            Self::Delivered | Self::Called => Status::Delivered,
            Self::Dead { .. } => Status::Dead,
            Self::Dropped { .. } => Status::Dropped,
        }
    }

    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Pending { reason, .. } | Self::Held { reason } | Self::Dead { reason } => Some(reason),
            Self::Dropped { reason } => Some(reason),
            Self::Delivered | Self::Called => None,
        }
    }
}

impl Delivery {
    /// The body as it is stored and shown, and the grant code that is left out of it.
    pub(crate) fn split_body(&self) -> (Bytes, Option<String>) {
        let taken = grant_code::is_in(&self.resource, &self.action)
            .then(|| grant_code::take(Place::Body, &self.body))
            .flatten();
        match taken {
            Some((masked, code)) => (masked.into(), Some(code)),
            None => (self.body.clone(), None),
        }
    }

    /// The body to be sent, made of the parts of [`Delivery::split_body`].
    pub(crate) fn joined_body(stored: Bytes, code: Option<String>) -> Bytes {
        let joined = code.and_then(|code| grant_code::put_back(Place::Body, &stored, &code));
        joined.map_or(stored, Bytes::from)
    }
}

/// Any delivery.
#[cfg(test)]
pub(crate) fn sample() -> Delivery {
    Delivery {
        id: Uuid::from_bytes([1; 16]),
        event_id: Uuid::from_bytes([2; 16]),
        installation_id: Uuid::from_bytes([3; 16]),
        app_id: 0,
        organization_id: 0,
        resource: "issue".into(),
        action: "created".into(),
        body: Bytes::new(),
        accepted_at: DateTime::UNIX_EPOCH,
        traceparent: None,
        unconditional: false,
        ordering_key: String::new(),
        sequence: 0,
        attempts: 0,
        schedule_from: 0,
        failure: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_an_installation_outlives_it() {
        let cases = [
            ("installation", "created", true, SentWhile::InstalledOrNew),
            ("installation", "deleted", true, SentWhile::Always),
            ("installation", "deleted", false, SentWhile::Installed),
            ("issue", "created", false, SentWhile::Installed),
            ("issue", "deleted", true, SentWhile::InstalledOrNew),
        ];
        for (resource, action, unconditional, expected) in cases {
            let delivery =
                Delivery { resource: resource.into(), action: action.into(), unconditional, ..sample() };
            assert_eq!(delivery.sent_while(), expected, "{resource}.{action} {unconditional}");
        }
    }
}
