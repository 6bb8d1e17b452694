use std::time::Duration;

use patchbay_runtime::Setting;

/// The pauses between attempts, from the one after the first attempt. When all are used up, the webhook is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule(Vec<Duration>);

/// A pause grows randomly by up to this factor, so that webhooks that failed together are not retried together.
const JITTER: f64 = 0.2;

/// The longest pause an operator can set.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

impl RetrySchedule {
    /// The schedule of one app.
    pub(crate) fn of_seconds(pauses: &[u32]) -> Self {
        Self(pauses.iter().map(|pause| Duration::from_secs((*pause).into()).min(LONGEST)).collect())
    }

    /// The pause after attempt number `attempt` (from 1), or `None` after the last one. `random` is from 0 to 1.
    pub(crate) fn pause(&self, attempt: i32, random: f64) -> Option<Duration> {
        let index = usize::try_from(attempt).ok()?.checked_sub(1)?;
        self.0.get(index).map(|pause| pause.mul_f64(1.0 + JITTER * random.clamp(0.0, 1.0)))
    }
}

impl From<Vec<Duration>> for RetrySchedule {
    fn from(pauses: Vec<Duration>) -> Self {
        Self(pauses)
    }
}

impl Setting for RetrySchedule {
    fn kind() -> String {
        Vec::<Duration>::kind()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let pauses = Vec::<Duration>::parse(text)?;
        if pauses.iter().any(|pause| *pause > LONGEST) {
            return Err("a pause is longer than 7 days".to_owned());
        }
        Ok(Self(pauses))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn schedule() -> RetrySchedule {
        RetrySchedule::parse("5s, 5m, 30m").unwrap()
    }

    #[test]
    fn each_attempt_but_the_last_is_followed_by_a_pause() {
        let pauses = [1, 2, 3, 4, i32::MAX, 0, -1].map(|attempt| schedule().pause(attempt, 0.0));
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(pauses, [seconds(5), seconds(300), seconds(1800), None, None, None, None]);
    }

    #[test]
    fn a_pause_of_months_is_refused() {
        assert!(RetrySchedule::parse("5s, 60d").is_err());
        assert_eq!(RetrySchedule::parse("").unwrap().pause(1, 0.5), None);
    }

    proptest! {
        #[test]
        fn jitter_adds_at_most_a_fifth(attempt in 1..=3, random in 0.0..=1.0_f64) {
            let (least, jittered) =
                (schedule().pause(attempt, 0.0).unwrap(), schedule().pause(attempt, random).unwrap());
            prop_assert!(least <= jittered && jittered <= least.mul_f64(1.2));
        }
    }
}
