//! Whether an endpoint is sent webhooks: a breaker that opens when too many attempts fail, lets a single
//! webhook through now and then to find out, and drains what has waited at a bounded rate.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::window::Window;

/// When a breaker opens and how it closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Attempts of this long count.
    pub window: Duration,
    /// So many of a hundred have to fail,
    pub percent: u32,
    /// and at least so many.
    pub floor: u32,
    /// From opening to the first probe, and from each probe to the next, which doubles it.
    pub probe_pause: Duration,
    /// The longest pause between two probes.
    pub longest_probe_pause: Duration,
    /// Webhooks a second at the beginning of a drain.
    pub drain_rate: u32,
}

impl Rules {
    /// No step is planned for a moment behind this one. One that seems to be was planned before the clock was set back,
    /// and is due.
    pub(crate) fn horizon(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let longest = self.longest_probe_pause.max(self.probe_pause).saturating_mul(2);
        now + TimeDelta::from_std(longest).unwrap_or(TimeDelta::days(1))
    }

    /// Whether a step planned for that moment is due.
    pub(crate) fn is_due(&self, planned: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        planned <= now || planned > self.horizon(now)
    }
}

/// A drain gets twice as fast this often: it has to get ahead of what comes in meanwhile, whatever that is.
const FASTER_EVERY: Duration = Duration::from_secs(60);
/// Failures that open a draining breaker again, in place of the floor.
const RELAPSE_FLOOR: u32 = 3;
/// More than any endpoint is sent.
const HIGHEST_RATE: u32 = 10_000;

/// Where a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Closed,
    Open {
        /// When the next webhook is sent to find out.
        next_probe_at: DateTime<Utc>,
        failed_probes: u32,
    },
    Draining {
        since: DateTime<Utc>,
        /// When the next share is due.
        next_at: DateTime<Utc>,
    },
}

/// On whose account an attempt is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    /// The breaker is closed.
    Usual,
    /// To find out whether the endpoint works again.
    Probe,
    /// One of those that have waited.
    Drain,
}

/// One endpoint's breaker, as one replica sees it.
#[derive(Debug, Clone)]
pub(crate) struct Breaker {
    pub phase: Phase,
    /// Since when it is not closed.
    pub broken_since: Option<DateTime<Utc>>,
    /// Grows with each change of phase; of two replicas' views the higher one counts.
    pub version: i64,
    window: Window,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { phase: Phase::Closed, broken_since: None, version: 0, window: Window::default() }
    }
}

impl Breaker {
    /// Takes in how an attempt ended. Says whether the phase changed.
    pub(crate) fn note(&mut self, success: bool, errand: Errand, now: DateTime<Utc>, rules: &Rules) -> bool {
        match (self.phase, errand) {
            (Phase::Closed, _) => {
                self.window.note(success, now, rules.window);
                let bad = !success && self.window.count(now, rules.window).is_bad(rules.floor, rules.percent);
                bad && self.change(open(now, 0, rules), now)
            }
            (Phase::Open { .. }, Errand::Probe) if success => {
                self.change(Phase::Draining { since: now, next_at: now }, now)
            }
            (Phase::Open { failed_probes, .. }, Errand::Probe) => {
                self.change(open(now, failed_probes.saturating_add(1), rules), now)
            }
            // Began before the breaker opened: known by now.
            (Phase::Open { .. }, _) => false,
            (Phase::Draining { .. }, _) => {
                self.window.note(success, now, rules.window);
                let floor = rules.floor.min(RELAPSE_FLOOR);
                let bad = !success && self.window.count(now, rules.window).is_bad(floor, rules.percent);
                bad && self.change(open(now, 1, rules), now)
            }
        }
    }

    /// Nothing waits any more.
    pub(crate) fn drained(&mut self, now: DateTime<Utc>) -> bool {
        matches!(self.phase, Phase::Draining { .. }) && self.change(Phase::Closed, now)
    }

    /// Takes another replica's word, if it is newer.
    pub(crate) fn adopt(&mut self, phase: Phase, broken_since: Option<DateTime<Utc>>, version: i64) {
        if version > self.version {
            *self = Self { phase, broken_since, version, window: Window::default() };
        }
    }

    /// Puts the next step off, which changes nothing of the phase.
    pub(crate) fn step_at(&mut self, moment: DateTime<Utc>) {
        match &mut self.phase {
            Phase::Closed => {}
            Phase::Open { next_probe_at, .. } => *next_probe_at = moment,
            Phase::Draining { next_at, .. } => *next_at = moment,
        }
    }

    fn change(&mut self, phase: Phase, now: DateTime<Utc>) -> bool {
        self.broken_since = match phase {
            Phase::Closed => None,
            _ => self.broken_since.or(Some(now)),
        };
        self.phase = phase;
        self.version += 1;
        self.window = Window::default();
        true
    }
}

fn open(now: DateTime<Utc>, failed_probes: u32, rules: &Rules) -> Phase {
    let doubled = rules.probe_pause.saturating_mul(2_u32.saturating_pow(failed_probes));
    let pause = doubled.min(rules.longest_probe_pause.max(rules.probe_pause));
    let next_probe_at = now + TimeDelta::from_std(pause).unwrap_or(TimeDelta::days(1));
    Phase::Open { next_probe_at, failed_probes }
}

/// Webhooks a second that a drain may send now.
pub(crate) fn drain_rate(since: DateTime<Utc>, now: DateTime<Utc>, rules: &Rules) -> u32 {
    let lasted = (now - since).to_std().unwrap_or_default();
    let doublings = u32::try_from(lasted.as_secs() / FASTER_EVERY.as_secs()).unwrap_or(u32::MAX);
    rules.drain_rate.max(1).saturating_mul(2_u32.saturating_pow(doublings)).min(HIGHEST_RATE)
}

/// How many webhooks of a drain may be on their way at once: as few as keep up the rate, so that at an endpoint
/// that is fast enough they arrive one after the other, in their order.
pub(crate) fn drain_places(rate: u32, typical: Duration) -> usize {
    (f64::from(rate) * typical.as_secs_f64()).floor().clamp(1.0, 1000.0) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULES: Rules = Rules {
        window: Duration::from_secs(60),
        percent: 50,
        floor: 10,
        probe_pause: Duration::from_secs(30),
        longest_probe_pause: Duration::from_secs(300),
        drain_rate: 100,
    };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        let changes: Vec<bool> = (0..10).map(|_| breaker.note(false, Errand::Usual, at(0), &RULES)).collect();
        assert_eq!(changes.iter().position(|changed| *changed), Some(9), "at the floor, not before");
        breaker
    }

    #[test]
    fn it_opens_probes_less_and_less_often_drains_and_closes() {
        let mut breaker = opened();
        let next = |breaker: &Breaker| match breaker.phase {
            Phase::Open { next_probe_at, .. } => (next_probe_at - at(0)).num_seconds(),
            other => panic!("{other:?}"),
        };
        assert_eq!(next(&breaker), 30);
        let mut probes = Vec::new();
        while next(&breaker) < 1200 {
            let now = at(next(&breaker));
            assert!(breaker.note(false, Errand::Probe, now, &RULES));
            probes.push(next(&breaker) - (now - at(0)).num_seconds());
        }
        assert_eq!(probes, [60, 120, 240, 300, 300, 300]);
        assert!(breaker.note(true, Errand::Probe, at(1200), &RULES));
        assert_eq!(breaker.phase, Phase::Draining { since: at(1200), next_at: at(1200) });
        assert!(!breaker.note(true, Errand::Drain, at(1201), &RULES));
        assert_eq!(breaker.broken_since, Some(at(0)));
        assert!(breaker.drained(at(1210)) && !breaker.drained(at(1210)));
        assert_eq!((breaker.phase, breaker.broken_since), (Phase::Closed, None));
        assert!(!breaker.note(false, Errand::Usual, at(1211), &RULES), "the past is forgotten");
    }

    #[test]
    fn what_was_on_its_way_when_it_opened_changes_nothing() {
        let mut breaker = opened();
        for success in [false, true] {
            assert!(!breaker.note(success, Errand::Usual, at(1), &RULES));
        }
        assert_eq!(breaker.phase, opened().phase);
    }

    #[test]
    fn a_step_is_due_in_its_time_and_when_the_clock_was_set_back() {
        for (planned, due) in [(-1, true), (0, true), (1, false), (600, false), (601, true), (3600, true)] {
            assert_eq!(RULES.is_due(at(planned), at(0)), due, "{planned}");
        }
    }

    #[test]
    fn a_relapse_opens_it_after_a_few_failures_and_single_ones_do_not() {
        let mut breaker = opened();
        breaker.note(true, Errand::Probe, at(30), &RULES);
        for second in 31..40 {
            assert!(!breaker.note(true, Errand::Drain, at(second), &RULES));
        }
        for _ in 0..8 {
            assert!(!breaker.note(false, Errand::Drain, at(40), &RULES));
        }
        assert!(breaker.note(false, Errand::Drain, at(40), &RULES));
        assert!(matches!(breaker.phase, Phase::Open { failed_probes: 1, .. }));
    }

    #[test]
    fn the_newer_word_counts() {
        let (mut one, two) = (Breaker::default(), opened());
        one.adopt(two.phase, two.broken_since, two.version);
        assert_eq!((one.phase, one.broken_since), (two.phase, Some(at(0))));
        one.drained(at(9));
        one.adopt(Phase::Closed, None, two.version);
        assert_eq!(one.phase, two.phase, "the same version brings nothing new");
        one.adopt(Phase::Closed, None, two.version + 1);
        assert_eq!(one.phase, Phase::Closed);
    }

    #[test]
    fn a_drain_gets_faster_and_needs_few_places() {
        let rates = [0, 59, 60, 150, 3600].map(|second| drain_rate(at(0), at(second), &RULES));
        assert_eq!(rates, [100, 100, 200, 400, HIGHEST_RATE]);
        let ms = Duration::from_millis;
        for (rate, typical, places) in [(100, ms(1), 1), (100, ms(10), 1), (100, ms(200), 20), (1, ms(0), 1)]
        {
            assert_eq!(drain_places(rate, typical), places, "{rate} {typical:?}");
        }
    }

    proptest! {
        #[test]
        fn an_endpoint_that_mostly_works_is_never_cut_off(outcomes in prop::collection::vec(any::<bool>(), 0..300)) {
            let mut breaker = Breaker::default();
            let (mut failed, mut all) = (0, 0);
            for (second, success) in outcomes.into_iter().enumerate() {
                // Within one window, so that the plain count is the truth.
                let now = at(second as i64 / 10);
                let opened = breaker.note(success, Errand::Usual, now, &RULES);
                (failed, all) = (failed + u32::from(!success), all + 1);
                if opened {
                    prop_assert!(failed >= RULES.floor && failed * 2 >= all);
                    return Ok(());
                }
            }
        }
    }
}
