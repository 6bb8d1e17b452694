//! Which apps are disabled because their endpoints keep failing.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AutoDisableRules {
    /// Days in a row with failures and without a success; 0 for never.
    pub days: u32,
    /// Timeouts in one day, if they are more than the successes; 0 for never.
    pub timeouts: u32,
}

/// The attempts of one app in one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Day {
    pub succeeded: i64,
    pub failed: i64,
    pub timeouts: i64,
}

/// Why the app is disabled, if it is. `days` are the last days, newest first.
pub(crate) fn reason_to_disable(days: &[Day], rules: AutoDisableRules) -> Option<String> {
    let required = rules.days as usize;
    let only_failures = |day: &Day| day.failed > 0 && day.succeeded == 0;
    if required > 0 && days.len() >= required && days[..required].iter().all(only_failures) {
        return Some(format!(
            "No webhook was delivered for {required} days, although each day some were tried."
        ));
    }
    let limit = i64::from(rules.timeouts);
    // Unlike Sentry, timeouts must outnumber successes, because an app with many webhooks has a thousand timeouts on a good day.
    let hangs = |day: &Day| limit > 0 && day.timeouts >= limit && day.timeouts > day.succeeded;
    let worst = days.iter().filter(|day| hangs(day)).map(|day| day.timeouts).max()?;
    Some(format!("{worst} webhooks of one day were not answered in time."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_disabled_after_a_week_of_failures_or_a_day_of_timeouts() {
        let rules = AutoDisableRules { days: 7, timeouts: 1000 };
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
            assert_eq!(reason_to_disable(&days, rules).is_some(), expected, "{days:?}");
        }
        let off = AutoDisableRules { days: 0, timeouts: 0 };
        assert_eq!(reason_to_disable(&[day(0, 9999, 9999); 30], off), None);
    }
}
