//! Deliveries as they come over the bus.

use bytes::Bytes;
use chrono::DateTime;
use patchbay_proto::webhook_sender as proto;
use uuid::Uuid;

use crate::domain::delivery::Delivery;

/// The error for a delivery with a malformed id, which cannot be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} of a delivery is malformed")]
pub(crate) struct Malformed(&'static str);

/// A delivery of a bus message.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub delivery: Delivery,
    /// The field that can be neither stored nor sent. It has a harmless value in `delivery`.
    pub unfit: Option<&'static str>,
}

impl TryFrom<proto::Delivery> for Received {
    type Error = Malformed;

    fn try_from(message: proto::Delivery) -> Result<Self, Malformed> {
        let uuid = |bytes: &Bytes, what| Uuid::from_slice(bytes).map_err(|_| Malformed(what));
        let (id, event_id) =
            (uuid(&message.delivery_id, "delivery_id")?, uuid(&message.event_id, "event_id")?);
        let installation_id = uuid(&message.installation_id, "installation_id")?;
        let unfit = message.unfit_field();
        let micros = if message.has_fit_time() { message.accepted_at_micros } else { 0 };
        let accepted_at = DateTime::from_timestamp_micros(micros).unwrap_or_default();
        let text = |text: String| if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text };
        let traceparent = text(message.traceparent);
        let delivery = Delivery {
            id,
            event_id,
            installation_id,
            app_id: message.app_id,
            organization_id: message.organization_id,
            resource: text(message.resource),
            action: text(message.action),
            body: message.body,
            accepted_at,
            traceparent: Some(traceparent).filter(|text| !text.is_empty()),
            unconditional: message.unconditional,
            ordering_key: text(message.ordering_key),
            sequence: message.sequence,
            attempts: 0,
            schedule_from: 0,
            failure: None,
        };
        Ok(Self { delivery, unfit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> proto::Delivery {
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
        assert_eq!(Received::try_from(message()).unwrap().delivery.traceparent, None);
    }

    #[test]
    fn a_delivery_without_its_ids_is_malformed() {
        let cases = [
            proto::Delivery { delivery_id: vec![1; 15].into(), ..message() },
            proto::Delivery { event_id: Bytes::new(), ..message() },
            proto::Delivery { installation_id: vec![1; 17].into(), ..message() },
        ];
        for case in cases {
            assert!(Received::try_from(case.clone()).is_err(), "{case:?}");
        }
    }

    #[test]
    fn what_cannot_be_stored_or_sent_is_named_and_replaced() {
        let cases = [
            (proto::Delivery { resource: "a\0".into(), ..message() }, "resource"),
            (proto::Delivery { action: "\0".into(), ..message() }, "action"),
            (proto::Delivery { traceparent: "\0".into(), ..message() }, "traceparent"),
            (proto::Delivery { ordering_key: "a\0b".into(), ..message() }, "ordering_key"),
            (proto::Delivery { accepted_at_micros: i64::MAX, ..message() }, "accepted_at"),
            (proto::Delivery { accepted_at_micros: i64::MIN, ..message() }, "accepted_at"),
            (proto::Delivery { accepted_at_micros: -1, ..message() }, "accepted_at"),
        ];
        for (case, field) in cases {
            let Received { delivery, unfit } = Received::try_from(case).unwrap();
            assert_eq!(unfit, Some(field));
            let texts = [&delivery.resource, &delivery.action, &delivery.ordering_key];
            assert!(texts.iter().all(|text| !text.contains('\0')));
            assert!(delivery.traceparent.is_none_or(|text| !text.contains('\0')));
            assert!(delivery.accepted_at >= DateTime::UNIX_EPOCH);
        }
        assert_eq!(Received::try_from(message()).unwrap().unfit, None);
    }
}
