use chrono::{DateTime, Utc};
use prost_types::Timestamp;

/// The moment in the form of protobuf.
pub(super) fn timestamp(moment: DateTime<Utc>) -> Timestamp {
    Timestamp { seconds: moment.timestamp(), nanos: moment.timestamp_subsec_nanos().cast_signed() }
}
