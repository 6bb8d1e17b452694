//! Moments as protobuf writes them.

use chrono::{DateTime, Datelike, Utc};
use prost_types::Timestamp;

/// The moment as protobuf writes it.
pub fn to_wire(moment: DateTime<Utc>) -> Timestamp {
    // Below two thousand million even within a leap second, which fits.
    Timestamp { seconds: moment.timestamp(), nanos: moment.timestamp_subsec_nanos().cast_signed() }
}

/// The moment that protobuf wrote; `None` for one that is none, or not within the years 0 to 9999, beyond which moments do
/// not sort as text any more.
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
