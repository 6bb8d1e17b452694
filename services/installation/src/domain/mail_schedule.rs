//! When a mail that was not accepted is tried again.

use chrono::{DateTime, TimeDelta, Utc};

/// What to do with a mail after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    At(DateTime<Utc>),
    GiveUp,
}

/// A bit more than a day together: long enough for somebody to notice and repair a mail server.
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

/// After `attempts` failures, the one just seen among them. A server's "never" (5xx) is tried again as well: most of the
/// time it is a wrong setting that an operator is about to correct.
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
