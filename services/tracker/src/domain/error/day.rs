//! Days, the unit in which errors are stored and deleted.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

const SECONDS: i64 = 86_400;
/// Tolerated difference between the clocks of replicas.
const SKEW: TimeDelta = TimeDelta::minutes(1);

/// The day of a time, counted from 1970-01-01.
pub(crate) fn day(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(SECONDS)
}

/// `None` beyond the calendar.
pub(crate) fn date(day: i64) -> Option<NaiveDate> {
    DateTime::UNIX_EPOCH.date_naive().checked_add_signed(TimeDelta::try_days(day)?)
}

/// The days whose errors may still be stored.
pub(crate) fn kept(now: DateTime<Utc>, keep_days: u32) -> Vec<i64> {
    (oldest(now, keep_days)..=day(now + SKEW)).collect()
}

/// The first day that is kept: its last error is at most `keep_days` days old.
pub(crate) fn oldest(now: DateTime<Utc>, keep_days: u32) -> i64 {
    day(now) - i64::from(keep_days)
}

/// The days to search for an error that is sent again within a day. The last two are mostly the same.
pub(crate) fn recent(now: DateTime<Utc>) -> [i64; 3] {
    [day(now) - 1, day(now), day(now + SKEW)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_midnight_utc() {
        let at = |text: &str| day(text.parse().unwrap());
        assert_eq!(at("1970-01-01T23:59:59Z"), 0);
        assert_eq!(at("1970-01-02T00:00:00Z"), 1);
        assert_eq!(at("1969-12-31T23:59:59Z"), -1);
        assert_eq!(date(at("2026-11-28T12:00:00Z")), NaiveDate::from_ymd_opt(2026, 11, 28));
    }

    #[test]
    fn an_error_is_kept_for_as_many_whole_days_as_asked_for() {
        let received: DateTime<Utc> = "2026-11-28T00:00:00Z".parse().unwrap();
        let later = |text: &str| oldest(text.parse().unwrap(), 30);
        assert!(later("2026-12-28T23:59:59Z") <= day(received));
        assert!(later("2026-12-29T00:00:00Z") > day(received));
        assert_eq!(kept(received, 2), [day(received) - 2, day(received) - 1, day(received)]);
    }
}
