//! An event between its acceptance and its hand-over.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use patchbay_domain::Actor;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::kind::Kind;

/// The product's key of an event, by which an event that is published twice is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdempotencyKey {
    pub(crate) key: Bytes,
    /// Fingerprint of the event, which tells a repetition from another event with the same key.
    pub(crate) content: Bytes,
}

/// An event that passed all checks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: Uuid,
    pub(crate) accepted_at: DateTime<Utc>,
    pub(crate) organization_id: i64,
    pub(crate) idempotency_key: Option<IdempotencyKey>,
    pub(crate) kind: Kind,
    /// Canonical JSON of an object.
    pub(crate) data: Bytes,
    pub(crate) actor: Actor,
    pub(crate) project_id: Option<i64>,
    /// Empty for events that go to their subscribers.
    pub(crate) targets: Vec<Target>,
    /// Webhooks of one installation with the same key keep their order, for apps with strict order.
    pub(crate) ordering_key: Option<String>,
    /// The producer's W3C trace context.
    pub(crate) traceparent: Option<String>,
}

/// A receiver that is named instead of subscribed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    /// This installation, if it is installed.
    Installation(Uuid),
    /// The installation of the app with this slug in the event's organization, if it is installed.
    App(String),
    /// This installation in any state, because it is just starting or ending.
    Unconditional { installation_id: Uuid, app_id: i64 },
}

impl Event {
    /// About how much memory it takes, in KiB; at least 1, so that many small events count as well.
    pub(crate) fn kib(&self) -> u32 {
        u32::try_from(self.data.len() / 1024 + 1).unwrap_or(u32::MAX)
    }
}

/// An id that sorts by time of acceptance.
pub(crate) fn event_id(accepted_at: DateTime<Utc>, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(accepted_at.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// The smallest id of an event that is accepted at this time or later.
pub(crate) fn least_id(accepted_at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(accepted_at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(u128::from(millis) << 80)
}

/// The time of acceptance in an id, to the millisecond.
pub(crate) fn accepted_at(id: Uuid) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(i64::try_from(id.as_u128() >> 80).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_differ_by_chance() {
        let at = |millis| DateTime::from_timestamp_millis(millis).expect("a time");
        let [early, late] = [event_id(at(1_000), [255; 10]), event_id(at(1_001), [0; 10])];
        assert!(early < late);
        assert_ne!(event_id(at(1_000), [0; 10]), early);
        assert_eq!(early.get_version_num(), 7);
    }

    #[test]
    fn an_id_tells_the_time_and_times_part_ids() {
        let at = |millis| DateTime::from_timestamp_millis(millis).expect("a time");
        let [early, late] = [event_id(at(1_000), [255; 10]), event_id(at(1_001), [0; 10])];
        assert!(early < least_id(at(1_001)) && least_id(at(1_001)) <= late);
        assert_eq!(accepted_at(early), Some(at(1_000)));
    }
}
