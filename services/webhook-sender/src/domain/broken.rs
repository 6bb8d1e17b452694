//! Whether an app stays broken, so that it is disabled.

/// What an operator calls broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BrokenRules {
    /// So many days in a row without one success; 0: never.
    pub days: u32,
    /// So many attempts of one day without an answer in time, and more than succeeded; 0: never.
    pub timeouts: u32,
}

/// One day of an app.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Day {
    pub succeeded: i64,
    pub failed: i64,
    pub timeouts: i64,
}

/// Why the app counts as broken. `days` are the last ones, newest first.
pub(crate) fn broken(days: &[Day], rules: BrokenRules) -> Option<String> {
    let wanted = rules.days as usize;
    let only_failures = |day: &Day| day.failed > 0 && day.succeeded == 0;
    if wanted > 0 && days.len() >= wanted && days[..wanted].iter().all(only_failures) {
        return Some(format!(
            "No webhook was delivered for {wanted} days, although each day some were tried."
        ));
    }
    let limit = i64::from(rules.timeouts);
    // Sentry's rule has no second half: an app with many webhooks has a thousand timeouts on a good day.
    let hangs = |day: &Day| limit > 0 && day.timeouts >= limit && day.timeouts > day.succeeded;
    let worst = days.iter().filter(|day| hangs(day)).map(|day| day.timeouts).max()?;
    Some(format!("{worst} webhooks of one day were not answered in time."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_is_a_week_of_failures_or_a_day_of_silence() {
        let rules = BrokenRules { days: 7, timeouts: 1000 };
        let day = |succeeded, failed, timeouts| Day { succeeded, failed, timeouts };
        let (bad, mixed, quiet) = (day(0, 3, 0), day(1, 30, 0), Day::default());
        let cases = [
            (vec![bad; 7], true),
            (vec![bad; 6], false),
            ([vec![bad; 6], vec![mixed]].concat(), false),
            ([vec![bad; 6], vec![quiet]].concat(), false),
            ([vec![bad; 7], vec![mixed]].concat(), true),
            (vec![day(999, 1000, 1000)], true),
            (vec![day(1000, 1000, 1000)], false),
            (vec![quiet, day(0, 999, 999)], false),
            (vec![mixed, day(5, 1500, 1200)], true),
            (vec![], false),
        ];
        for (days, expected) in cases {
            assert_eq!(broken(&days, rules).is_some(), expected, "{days:?}");
        }
        let off = BrokenRules { days: 0, timeouts: 0 };
        assert_eq!(broken(&[day(0, 9999, 9999); 30], off), None);
    }
}
