//! Ids made of the time, like Sentry's ids of projects. They have 53 bits, which JavaScript numbers can hold.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

/// Number of ids in one second.
pub(crate) const PER_SECOND: i64 = 16;
/// Number of seconds, including the current one, in which a free id is searched.
pub(crate) const LOOK_BACK: i64 = 300;

/// 5 bits: the value 1, written with its most significant bit first.
const VERSION: i64 = 16;
/// There is one region.
const REGION: i64 = 0;
/// 2022-08-08T00:00:00Z
const EPOCH: i64 = 1_659_916_800;

/// Seconds since the epoch of snowflakes.
pub(crate) fn second(now: DateTime<Utc>) -> i64 {
    (now.timestamp() - EPOCH).max(0)
}

/// version 5 · second 32 · region 12 · sequence 4.
pub(crate) fn id(second: i64, sequence: i64) -> i64 {
    (VERSION << 48) | ((second & 0xffff_ffff) << 16) | (REGION << 4) | (sequence & (PER_SECOND - 1))
}

/// The last second with a free id; `None` if all searched seconds are used up.
pub(crate) fn free_second(second: i64, used_up: &BTreeSet<i64>) -> Option<i64> {
    let first = (second - LOOK_BACK + 1).max(0);
    (first..=second).rev().find(|second| !used_up.contains(second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_second_with_an_id_left_is_taken_and_none_before_five_minutes() {
        let free = |used_up: std::ops::RangeInclusive<i64>| free_second(600, &used_up.collect());
        assert_eq!(free(0..=599), Some(600));
        assert_eq!(free(590..=600), Some(589));
        assert_eq!(free(302..=600), Some(301));
        assert_eq!(free(301..=600), None);
        assert_eq!(free_second(1, &BTreeSet::from([0, 1])), None, "there is nothing before the beginning");
    }

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
