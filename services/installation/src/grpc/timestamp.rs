use chrono::{DateTime, Utc};
use prost_types::Timestamp;

pub(super) fn timestamp(time: DateTime<Utc>) -> Timestamp {
    // Nanoseconds of a second fit with room to spare.
    Timestamp { seconds: time.timestamp(), nanos: time.timestamp_subsec_nanos() as i32 }
}
