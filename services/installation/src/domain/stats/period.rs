//! Periods of hourly counts.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::Error;

const HOUR: i64 = 3600;
const MAX_LENGTH: TimeDelta = TimeDelta::days(90);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) since: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
}

/// Defaults to the day before `until`, which defaults to now.
pub(crate) fn check(
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Period, Error> {
    let until = until.unwrap_or(now);
    let refused = |message: &str| Error::invalid("INVALID_PERIOD", message);
    let since = match since {
        Some(since) => since,
        None => until.checked_sub_signed(TimeDelta::days(1)).ok_or_else(|| refused("Invalid until."))?,
    };
    if since > until {
        return Err(refused("Invalid period (since must be before until)."));
    }
    if until - since > MAX_LENGTH {
        return Err(refused("Invalid period (at most 90 days can be counted)."));
    }
    Ok(Period { since, until })
}

impl Period {
    /// The starts of the first and of the last hour of the period.
    pub(crate) fn hours(self) -> (i64, i64) {
        (hour_of(self.since), hour_of(self.until))
    }

    /// Every hour with its count, which is 0 for hours that `counts` does not contain.
    pub(crate) fn series(self, counts: &[(i64, i64)]) -> Vec<(i64, i64)> {
        let (first, last) = self.hours();
        let mut series: Vec<_> = (first..=last).step_by(HOUR as usize).map(|hour| (hour, 0)).collect();
        for (hour, count) in counts {
            let position = usize::try_from((hour - first) / HOUR).ok();
            if let Some(slot) = position.and_then(|position| series.get_mut(position)) {
                slot.1 += count;
            }
        }
        series
    }
}

/// The start of the hour, in seconds since 1970.
pub(crate) fn hour_of(moment: DateTime<Utc>) -> i64 {
    moment.timestamp().div_euclid(HOUR) * HOUR
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_period_defaults_to_the_last_day() {
        let now = at(1_000_000);
        assert_eq!(check(None, None, now).unwrap(), Period { since: at(1_000_000 - 86_400), until: now });
        assert!(check(Some(at(2)), Some(at(1)), now).is_err());
        assert!(check(Some(at(0)), Some(at(90 * 86_400)), now).is_ok());
        assert!(check(Some(at(0)), Some(at(90 * 86_400 + 1)), now).is_err());
        assert!(check(None, Some(DateTime::<Utc>::MIN_UTC), now).is_err());
    }

    #[test]
    fn every_hour_has_a_count() {
        let period = Period { since: at(3_700), until: at(10_900) };
        assert_eq!(period.series(&[(7_200, 5)]), [(3_600, 0), (7_200, 5), (10_800, 0)]);
        assert_eq!(period.series(&[(0, 1), (14_400, 1)]).iter().map(|(_, count)| count).sum::<i64>(), 0);
    }
}
