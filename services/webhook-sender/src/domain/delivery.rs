//! One event for one installation, and where it stands.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use patchbay_proto::webhook_sender as proto;
use uuid::Uuid;

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
    /// The bytes of every attempt.
    pub body: Bytes,
    pub accepted_at: DateTime<Utc>,
    pub traceparent: Option<String>,
    pub unconditional: bool,
    /// Webhooks of the installation with the same key keep their order, where the app wants that.
    pub ordering_key: String,
    /// Which of the installation's webhooks it is; 0 when it is not counted.
    pub sequence: i64,
    /// Attempts made so far.
    pub attempts: i32,
    /// Attempts made before the present schedule began.
    pub schedule_from: i32,
    /// Why the last attempt failed.
    pub failure: Option<String>,
}

/// Where a delivery stands. The numbers are those of the `status` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Pending = 1,
    Delivered = 2,
    Dead = 3,
    Dropped = 4,
    Held = 5,
}

/// Where a delivery stands after something was done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// To be looked at again then.
    Pending { due_at: DateTime<Utc>, reason: String },
    /// Kept until its installation or app may be sent webhooks again.
    Held { reason: String },
    /// Answered with a 2xx status.
    Delivered,
    /// A component's request: answered or not, it is never made again.
    Called,
    /// Given up.
    Dead { reason: String },
    /// Nobody is there to get it any more.
    Dropped { reason: &'static str },
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

/// A message holds a delivery that no version of event-fanout sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} of a delivery is malformed")]
pub(crate) struct Malformed(&'static str);

impl TryFrom<proto::Delivery> for Delivery {
    type Error = Malformed;

    fn try_from(message: proto::Delivery) -> Result<Self, Malformed> {
        let uuid = |bytes: &Bytes, what| Uuid::from_slice(bytes).map_err(|_| Malformed(what));
        // PostgreSQL takes no NUL in a text, and HTTP none in a header.
        let text = |text: String, what| if text.contains('\0') { Err(Malformed(what)) } else { Ok(text) };
        Ok(Self {
            id: uuid(&message.delivery_id, "delivery_id")?,
            event_id: uuid(&message.event_id, "event_id")?,
            installation_id: uuid(&message.installation_id, "installation_id")?,
            app_id: message.app_id,
            organization_id: message.organization_id,
            resource: text(message.resource, "resource")?,
            action: text(message.action, "action")?,
            body: message.body,
            accepted_at: DateTime::from_timestamp_micros(message.accepted_at_micros)
                .ok_or(Malformed("accepted_at_micros"))?,
            traceparent: Some(text(message.traceparent, "traceparent")?).filter(|text| !text.is_empty()),
            unconditional: message.unconditional,
            ordering_key: text(message.ordering_key, "ordering_key")?,
            sequence: message.sequence,
            attempts: 0,
            schedule_from: 0,
            failure: None,
        })
    }
}

/// Any delivery.
#[cfg(test)]
pub(crate) fn sample() -> Delivery {
    Delivery::try_from(tests::message()).expect("it is well formed")
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn message() -> proto::Delivery {
        proto::Delivery {
            delivery_id: vec![1; 16].into(),
            event_id: vec![2; 16].into(),
            installation_id: vec![3; 16].into(),
            resource: "issue".into(),
            action: "created".into(),
            ..Default::default()
        }
    }

    #[test]
    fn a_delivery_without_a_trace_has_none() {
        assert_eq!(Delivery::try_from(message()).unwrap().traceparent, None);
    }

    #[test]
    fn what_cannot_be_stored_or_sent_is_malformed() {
        let cases = [
            proto::Delivery { delivery_id: vec![1; 15].into(), ..message() },
            proto::Delivery { event_id: Bytes::new(), ..message() },
            proto::Delivery { installation_id: vec![1; 17].into(), ..message() },
            proto::Delivery { resource: "a\0".into(), ..message() },
            proto::Delivery { traceparent: "\0".into(), ..message() },
            proto::Delivery { accepted_at_micros: i64::MAX, ..message() },
        ];
        for case in cases {
            assert!(Delivery::try_from(case.clone()).is_err(), "{case:?}");
        }
    }
}
