//! Whether an integration works.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use patchbay_provider::{Failure, Problem};

/// Days that are kept.
pub(crate) const KEPT_DAYS: i64 = 30;
/// Days that decide.
const JUDGED_DAYS: i64 = 7;

/// States of an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Healthy,
    Degraded,
    Broken,
    Disabled,
}

/// The outcome of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    /// Without effect, as expected.
    Halted(Failure),
    Failed(Failure),
}

/// The operations of one day in UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Day {
    /// `YYYY-MM-DD`.
    pub(crate) day: String,
    pub(crate) success: i64,
    pub(crate) error: i64,
    pub(crate) fatal: i64,
    pub(crate) halted: i64,
    pub(crate) invalid_tokens: i64,
}

/// Failures with the same cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProblemRecord {
    pub(crate) problem: Problem,
    pub(crate) count: i64,
    pub(crate) first: DateTime<Utc>,
    pub(crate) last: DateTime<Utc>,
    pub(crate) example: String,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Broken => "broken",
            Self::Disabled => "disabled",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Healthy, Self::Degraded, Self::Broken, Self::Disabled]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

impl Outcome {
    pub(crate) fn of<T>(result: &Result<T, Failure>) -> Self {
        match result {
            Ok(_) => Self::Success,
            Err(failure) if failure.is_halt() => Self::Halted(failure.clone()),
            Err(failure) => Self::Failed(failure.clone()),
        }
    }

    /// The name in metrics and of a link.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Halted(_) => "halted",
            Self::Failed(_) => "failure",
        }
    }

    pub(crate) fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Success => None,
            Self::Halted(failure) | Self::Failed(failure) => Some(failure),
        }
    }

    /// Adds the operation to its day.
    pub(crate) fn count(&self, day: &mut Day) {
        match self {
            Self::Success => day.success += 1,
            Self::Halted(failure) if failure.is_fatal() => day.fatal += 1,
            Self::Halted(_) => day.halted += 1,
            Self::Failed(failure) if failure.is_fatal() => day.fatal += 1,
            // The tracker asks for a pause; nothing is wrong.
            Self::Failed(failure) if failure.problem() == Some(Problem::RateLimited) => day.halted += 1,
            Self::Failed(_) => day.error += 1,
        }
    }
}

/// The day of a time.
pub(crate) fn day_of(now: DateTime<Utc>) -> String {
    now.date_naive().to_string()
}

/// The first day that is kept.
pub(crate) fn first_kept(now: DateTime<Utc>) -> String {
    (now.date_naive() - TimeDelta::days(KEPT_DAYS - 1)).to_string()
}

/// Days without a webhook after which the tracker is silent.
const SILENT_DAYS: i64 = 7;

/// Whether a tracker should have sent a webhook for long: tickets have been linked for a week, and none came in that time.
pub(crate) fn is_silent(
    linked_since: Option<DateTime<Utc>>,
    received_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> bool {
    let limit = now - TimeDelta::days(SILENT_DAYS);
    linked_since.is_some_and(|since| since < limit) && received_at.is_none_or(|at| at < limit)
}

/// The state by the counters of the days: broken if the tracker was not usable and has not worked since, or if each of seven days has
/// errors and no success; degraded if something failed in the last seven days.
pub(crate) fn judge(
    days: &[Day],
    last_success: Option<DateTime<Utc>>,
    failed_fatally_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> State {
    let first = now.date_naive() - TimeDelta::days(JUDGED_DAYS - 1);
    let is_judged = |day: &&Day| day.day.parse::<NaiveDate>().is_ok_and(|day| day >= first);
    let judged: Vec<&Day> = days.iter().filter(is_judged).collect();
    let fatal = judged.iter().any(|day| day.fatal > 0);
    let works_again = failed_fatally_at.zip(last_success).is_some_and(|(failed, worked)| worked > failed);
    let only_errors = judged.len() == 7 && judged.iter().all(|day| day.error > 0 && day.success == 0);
    if (fatal && !works_again) || only_errors {
        State::Broken
    } else if judged.iter().any(|day| day.error + day.fatal > 0) {
        State::Degraded
    } else {
        State::Healthy
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_provider::Kind;

    fn day(number: u32, success: i64, error: i64, fatal: i64) -> Day {
        Day { day: format!("2026-10-{number:02}"), success, error, fatal, ..Day::default() }
    }

    fn noon(day: u32) -> DateTime<Utc> {
        format!("2026-10-{day:02}T12:00:00Z").parse().unwrap()
    }

    #[test]
    fn a_tracker_is_silent_after_a_week_with_links_and_without_webhooks() {
        assert!(is_silent(Some(noon(1)), None, noon(9)) && is_silent(Some(noon(1)), Some(noon(1)), noon(9)));
        assert!(!is_silent(Some(noon(1)), Some(noon(5)), noon(9)));
        assert!(!is_silent(Some(noon(5)), None, noon(9)) && !is_silent(None, None, noon(9)));
    }

    #[test]
    fn an_integration_without_failures_is_healthy() {
        assert_eq!(judge(&[], None, None, noon(8)), State::Healthy);
        assert_eq!(judge(&[day(8, 5, 0, 0)], Some(noon(8)), None, noon(8)), State::Healthy);
        assert_eq!(judge(&[day(1, 0, 9, 9)], None, None, noon(8)), State::Healthy, "long ago");
    }

    #[test]
    fn a_tracker_that_is_not_usable_is_broken_until_it_works_again() {
        let days = [day(8, 1, 0, 1)];
        assert_eq!(judge(&days, None, Some(noon(8)), noon(8)), State::Broken);
        let later = noon(8) + TimeDelta::minutes(1);
        assert_eq!(judge(&days, Some(later), Some(noon(8)), later), State::Degraded);
    }

    #[test]
    fn errors_break_it_if_nothing_worked_on_seven_days() {
        let days: Vec<Day> = (2..=8).map(|number| day(number, 0, 1, 0)).collect();
        assert_eq!(judge(&days, None, None, noon(8)), State::Broken);
        assert_eq!(judge(&days[1..], None, None, noon(8)), State::Degraded);
        let mut one_worked = days;
        one_worked[3].success = 1;
        assert_eq!(judge(&one_worked, None, None, noon(8)), State::Degraded);
    }

    #[test]
    fn a_pause_that_the_tracker_asks_for_is_no_error() {
        let mut counted = Day::default();
        Outcome::of::<()>(&Err(Failure::new(Kind::RateLimited, "slow down"))).count(&mut counted);
        Outcome::of::<()>(&Err(Failure::new(Kind::Forbidden, "no"))).count(&mut counted);
        Outcome::of::<()>(&Err(Failure::refused("no"))).count(&mut counted);
        Outcome::of::<()>(&Err(Failure::new(Kind::Unauthorized, "no"))).count(&mut counted);
        Outcome::of(&Ok(())).count(&mut counted);
        assert_eq!((counted.success, counted.error, counted.fatal, counted.halted), (1, 1, 1, 2));
    }
}
