//! Conversion of protobuf timestamps.

use chrono::{DateTime, Datelike, Utc};
use prost_types::Timestamp;

pub fn to_wire(moment: DateTime<Utc>) -> Timestamp {
    // Fits also in a leap second, where it is below 2 000 000 000.
    Timestamp { seconds: moment.timestamp(), nanos: moment.timestamp_subsec_nanos().cast_signed() }
}

/// `None` for an invalid timestamp, and for one outside the years 0 to 9999, because later ones do not sort as text.
pub fn from_wire(timestamp: &Timestamp) -> Option<DateTime<Utc>> {
    let nanos = u32::try_from(timestamp.nanos).ok()?;
    DateTime::from_timestamp(timestamp.seconds, nanos).filter(|moment| (0..=9999).contains(&moment.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_comes_back_as_it_was() {
        for (seconds, nanos) in [(0, 0), (1_786_849_394, 870_123_000), (-1, 999_999_999)] {
            let wire = Timestamp { seconds, nanos };
            assert_eq!(to_wire(from_wire(&wire).unwrap()), wire);
        }
    }

    #[test]
    fn what_is_no_moment_is_not_made_one() {
        for (seconds, nanos) in [(0, -1), (i64::MAX, 0), (i64::MIN, 0), (0, i32::MAX), (300_000_000_000, 0)] {
            assert_eq!(from_wire(&Timestamp { seconds, nanos }), None, "{seconds} {nanos}");
        }
    }
}
