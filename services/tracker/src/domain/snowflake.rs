//! Ids made of a moment, as Sentry makes them for projects: 53 bits, so that JavaScript can count them.

use chrono::{DateTime, Utc};

/// Ids of one second.
pub(crate) const PER_SECOND: i64 = 16;
/// How many seconds to look back for one that has an id left.
pub(crate) const LOOK_BACK: i64 = 300;

/// 5 bits: the value 1, written with its most significant bit first.
const VERSION: i64 = 16;
/// There is one region.
const REGION: i64 = 0;
/// 2022-08-08T00:00:00Z
const EPOCH: i64 = 1_659_916_800;

/// Seconds since the beginning of all snowflakes.
pub(crate) fn second(now: DateTime<Utc>) -> i64 {
    (now.timestamp() - EPOCH).max(0)
}

/// version 5 · second 32 · region 12 · sequence 4.
pub(crate) fn id(second: i64, sequence: i64) -> i64 {
    (VERSION << 48) | ((second & 0xffff_ffff) << 16) | (REGION << 4) | (sequence & (PER_SECOND - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_version_second_region_and_sequence() {
        let now = "2022-08-08T00:01:00.9Z".parse().unwrap();
        assert_eq!(second(now), 60);
        assert_eq!(id(60, 0), 16 * (1 << 48) + 60 * (1 << 16));
        assert_eq!(id(60, 15), 16 * (1 << 48) + 60 * (1 << 16) + 15);
        assert_eq!(second("1999-12-31T00:00:00Z".parse().unwrap()), 0);
    }

    #[test]
    fn javascript_can_count_them_for_a_century() {
        assert!(id(0xffff_ffff, 15) < (1 << 53));
        assert!(id(1, 0) > id(0, 15));
    }
}
