//! When something that failed is tried again.

use chrono::{DateTime, TimeDelta, Utc};

/// A change is given up after this time.
const LONGEST: TimeDelta = TimeDelta::hours(24);
/// The pause after the first attempt; it doubles with each further one.
const FIRST_PAUSE_SECONDS: i64 = 2;
const LONGEST_PAUSE_SECONDS: i64 = 3600;
/// An integration is tried again after this time at the latest.
const LONGEST_PAUSE_OF_INTEGRATION: TimeDelta = TimeDelta::minutes(15);

/// When a change that failed is tried again; `None` if it is given up. `jitter` is a number from 0 to 1.
pub(crate) fn next_attempt(
    since: DateTime<Utc>,
    attempts: i32,
    retry_at: Option<DateTime<Utc>>,
    jitter: f64,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    if now - since >= LONGEST {
        return None;
    }
    let due = now + pause(attempts, jitter);
    Some(retry_at.map_or(due, |retry_at| retry_at.max(due)))
}

/// When the tracker of an integration is called again after this many failures of its own.
pub(crate) fn next_call(
    failures: i32,
    retry_at: Option<DateTime<Utc>>,
    jitter: f64,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let due = now + pause(failures, jitter).min(LONGEST_PAUSE_OF_INTEGRATION);
    retry_at.map_or(due, |retry_at| retry_at.max(due))
}

fn pause(attempts: i32, jitter: f64) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(0, 20)).unwrap_or_default();
    let seconds = FIRST_PAUSE_SECONDS.saturating_mul(1_i64 << doublings).min(LONGEST_PAUSE_SECONDS);
    let millis = (seconds * 1000) as f64 * (1.0 + 0.2 * jitter);
    TimeDelta::milliseconds(millis as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_end_after_a_day() {
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let pause = |attempts, jitter| {
            (next_attempt(now, attempts, None, jitter, now).unwrap() - now).num_milliseconds()
        };
        assert_eq!(pause(0, 0.0), 2_000);
        assert_eq!(pause(3, 0.0), 16_000);
        assert_eq!(pause(0, 1.0), 2_400);
        assert_eq!(pause(100, 0.0), 3_600_000);
        assert_eq!(next_attempt(now - LONGEST, 3, None, 0.0, now), None);
        let later = now + TimeDelta::minutes(30);
        assert_eq!(next_attempt(now, 0, Some(later), 0.0, now), Some(later));
    }

    #[test]
    fn an_integration_is_tried_again_after_a_quarter_of_an_hour_or_when_its_tracker_says() {
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        assert_eq!(next_call(0, None, 0.0, now) - now, TimeDelta::seconds(2));
        assert_eq!(next_call(50, None, 1.0, now) - now, TimeDelta::minutes(15));
        let later = now + TimeDelta::minutes(50);
        assert_eq!(next_call(0, Some(later), 0.0, now), later);
    }
}
