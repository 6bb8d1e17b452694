//! When a failed mail is retried.

use chrono::{DateTime, TimeDelta, Utc};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    At(DateTime<Utc>),
    GiveUp,
}

/// A little more than a day in total: long enough for an operator to repair a mail server.
const PAUSES: [TimeDelta; 8] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(15),
    TimeDelta::hours(1),
    TimeDelta::hours(2),
    TimeDelta::hours(4),
    TimeDelta::hours(8),
    TimeDelta::hours(12),
];

/// The next step after `attempts` failures, including the latest. Permanent refusals (5xx) are retried as well, because their
/// usual cause is a wrong setting.
pub(crate) fn after_failure(attempts: i32, now: DateTime<Utc>) -> Next {
    let pause = usize::try_from(attempts - 1).ok().and_then(|index| PAUSES.get(index));
    pause.map_or(Next::GiveUp, |pause| Next::At(now + *pause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_come_to_an_end() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(after_failure(1, now), Next::At(now + TimeDelta::minutes(1)));
        assert_eq!(after_failure(8, now), Next::At(now + TimeDelta::hours(12)));
        assert_eq!(after_failure(9, now), Next::GiveUp);
        assert!(PAUSES.is_sorted());
    }
}
