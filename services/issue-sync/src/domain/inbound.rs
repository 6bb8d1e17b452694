//! Whether and when a change of a tracker is applied.

use chrono::{DateTime, TimeDelta, Utc};

use patchbay_provider::Action;

/// A change is given up after this time.
const LONGEST: TimeDelta = TimeDelta::hours(24);
/// The pause after the first attempt; it doubles with each further one.
const FIRST_PAUSE_SECONDS: i64 = 2;
const LONGEST_PAUSE_SECONDS: i64 = 3600;

/// Whether an assignee at this time is older than the last one that was applied. One of the same time is not, because each change says
/// the whole state.
pub(crate) fn assignee_is_old(at: Option<DateTime<Utc>>, applied: Option<DateTime<Utc>>) -> bool {
    at.zip(applied).is_some_and(|(at, applied)| at < applied)
}

/// The same for a status, whose changes say the difference: one of the same time is old, too.
pub(crate) fn status_is_old(at: Option<DateTime<Utc>>, applied: Option<DateTime<Utc>>) -> bool {
    at.zip(applied).is_some_and(|(at, applied)| at <= applied)
}

/// The status that an issue gets; `None` to leave it as it is.
pub(crate) fn new_status(action: Action, current: &str) -> Option<&'static str> {
    match (action, current) {
        (Action::Resolve, "resolved" | "ignored") | (Action::Unresolve, "unresolved") => None,
        (Action::Resolve, _) => Some("resolved"),
        (Action::Unresolve, _) => Some("unresolved"),
    }
}

/// When a change that failed is tried again; `None` if it is given up. `jitter` is a number from 0 to 1.
pub(crate) fn next_attempt(
    received_at: DateTime<Utc>,
    attempts: i32,
    retry_at: Option<DateTime<Utc>>,
    jitter: f64,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    if now - received_at >= LONGEST {
        return None;
    }
    let doublings = u32::try_from(attempts.clamp(0, 20)).unwrap_or_default();
    let seconds = FIRST_PAUSE_SECONDS.saturating_mul(1_i64 << doublings).min(LONGEST_PAUSE_SECONDS);
    let millis = (seconds * 1000) as f64 * (1.0 + 0.2 * jitter);
    let due = now + TimeDelta::milliseconds(millis as i64);
    Some(retry_at.map_or(due, |retry_at| retry_at.max(due)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(seconds, 0)
    }

    #[test]
    fn an_assignee_of_the_same_time_is_applied_and_a_status_is_not() {
        assert!(!assignee_is_old(at(5), at(5)) && assignee_is_old(at(4), at(5)));
        assert!(status_is_old(at(5), at(5)) && !status_is_old(at(6), at(5)));
        for (change, applied) in [(None, at(5)), (at(5), None), (None, None)] {
            assert!(!assignee_is_old(change, applied) && !status_is_old(change, applied));
        }
    }

    #[test]
    fn a_resolved_ticket_leaves_ignored_issues_ignored() {
        assert_eq!(new_status(Action::Resolve, "unresolved"), Some("resolved"));
        assert_eq!(new_status(Action::Resolve, "ignored"), None);
        assert_eq!(new_status(Action::Resolve, "resolved"), None);
        assert_eq!(new_status(Action::Unresolve, "resolved"), Some("unresolved"));
        assert_eq!(new_status(Action::Unresolve, "unresolved"), None);
    }

    #[test]
    fn pauses_double_up_to_an_hour_and_end_after_a_day() {
        let now = at(1_000_000).unwrap();
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
}
