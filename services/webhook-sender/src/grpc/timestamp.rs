//! Times on the wire.

use chrono::{DateTime, Utc};
use patchbay_domain::{Error, Result};
use prost_types::Timestamp;

pub(crate) fn to_timestamp(time: DateTime<Utc>) -> Timestamp {
    // Below 10^9, which fits.
    Timestamp {
        seconds: time.timestamp(),
        nanos: time.timestamp_subsec_nanos().try_into().unwrap_or_default(),
    }
}

pub(crate) fn from_timestamp(field: &str, timestamp: Timestamp) -> Result<DateTime<Utc>> {
    let nanos = u32::try_from(timestamp.nanos).ok();
    let time = nanos.and_then(|nanos| DateTime::from_timestamp(timestamp.seconds, nanos));
    // Years beyond four digits do not sort as text, which is how SQLite keeps times.
    let time = time.filter(|time| (0..=9999).contains(&chrono::Datelike::year(time)));
    time.ok_or_else(|| Error::field(field, "This is not a time."))
}
