//! The breaker of an endpoint. It opens when too many attempts find the endpoint broken, probes it with single webhooks, and
//! then drains the webhooks that waited at a bounded rate.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::window::Window;

/// When a breaker opens and how it closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BreakerRules {
    /// Attempts within this time count.
    pub window: Duration,
    /// Failure rate that opens the breaker, in percent.
    pub failure_percent: u32,
    /// Minimum number of failures before the rate counts.
    pub min_failures: u32,
    /// Pause before the first probe; each failed probe doubles it.
    pub probe_pause: Duration,
    /// The longest pause between two probes.
    pub longest_probe_pause: Duration,
    /// Initial rate of a drain, in webhooks per second.
    pub drain_rate: u32,
}

impl BreakerRules {
    /// No step is planned after this time. A step that seems to be was planned before the clock was set back, and is due.
    pub(crate) fn horizon(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let longest = self.longest_probe_pause.max(self.probe_pause).saturating_mul(2);
        now + TimeDelta::from_std(longest).unwrap_or(TimeDelta::days(1))
    }

    /// Whether a step planned for that time is due.
    pub(crate) fn is_due(&self, planned: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        planned <= now || planned > self.horizon(now)
    }
}

/// A drain doubles its rate this often, because it has to outrun the webhooks that arrive meanwhile.
const DOUBLED_EVERY: Duration = Duration::from_secs(60);
/// Failures that open a draining breaker again, if `min_failures` is not less.
const RELAPSE_FAILURES: u32 = 3;
/// Limit of a drain's rate, in webhooks per second.
const MAX_RATE: u32 = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Closed,
    Open {
        /// When the next probe is sent.
        next_probe_at: DateTime<Utc>,
        failed_probes: u32,
    },
    Draining {
        since: DateTime<Utc>,
        /// When the next batch is due.
        next_at: DateTime<Utc>,
    },
}

/// Why an attempt is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttemptKind {
    /// The breaker is closed.
    Regular,
    /// The breaker is open, and this webhook tests whether the endpoint works again.
    Probe,
    /// The breaker is draining the webhooks that waited.
    Drain,
}

/// The breaker of one endpoint, as one replica sees it.
#[derive(Debug, Clone)]
pub(crate) struct Breaker {
    pub phase: Phase,
    /// Since when the breaker has not been closed.
    pub broken_since: Option<DateTime<Utc>>,
    /// Grows with each change of phase. The higher of two replicas' versions wins.
    pub version: i64,
    window: Window,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { phase: Phase::Closed, broken_since: None, version: 0, window: Window::default() }
    }
}

impl Breaker {
    /// Counts an attempt. `works`: its outcome shows a working endpoint. Returns whether the phase changed.
    pub(crate) fn attempted(
        &mut self,
        works: bool,
        kind: AttemptKind,
        now: DateTime<Utc>,
        rules: &BreakerRules,
    ) -> bool {
        match (self.phase, kind) {
            (Phase::Closed, _) => {
                self.window.add(works, now, rules.window);
                let bad = !works
                    && self.window.count(now, rules.window).is_bad(rules.min_failures, rules.failure_percent);
                bad && self.change(open(now, 0, rules), now)
            }
            (Phase::Open { .. }, AttemptKind::Probe) if works => {
                self.change(Phase::Draining { since: now, next_at: now }, now)
            }
            (Phase::Open { failed_probes, .. }, AttemptKind::Probe) => {
                self.change(open(now, failed_probes.saturating_add(1), rules), now)
            }
            // The attempt began before the breaker opened.
            (Phase::Open { .. }, _) => false,
            (Phase::Draining { .. }, _) => {
                self.window.add(works, now, rules.window);
                let min_failures = rules.min_failures.min(RELAPSE_FAILURES);
                let bad = !works
                    && self.window.count(now, rules.window).is_bad(min_failures, rules.failure_percent);
                bad && self.change(open(now, 1, rules), now)
            }
        }
    }

    /// No webhook waits any more. Returns whether that closed the breaker.
    pub(crate) fn drained(&mut self, now: DateTime<Utc>) -> bool {
        matches!(self.phase, Phase::Draining { .. }) && self.change(Phase::Closed, now)
    }

    /// Takes over the state of another replica if it is newer.
    pub(crate) fn adopt(&mut self, phase: Phase, broken_since: Option<DateTime<Utc>>, version: i64) {
        if version > self.version {
            *self = Self { phase, broken_since, version, window: Window::default() };
        }
    }

    /// Plans the next step without a change of phase.
    pub(crate) fn plan_step(&mut self, at: DateTime<Utc>) {
        match &mut self.phase {
            Phase::Closed => {}
            Phase::Open { next_probe_at, .. } => *next_probe_at = at,
            Phase::Draining { next_at, .. } => *next_at = at,
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

fn open(now: DateTime<Utc>, failed_probes: u32, rules: &BreakerRules) -> Phase {
    let doubled = rules.probe_pause.saturating_mul(2_u32.saturating_pow(failed_probes));
    let pause = doubled.min(rules.longest_probe_pause.max(rules.probe_pause));
    let next_probe_at = now + TimeDelta::from_std(pause).unwrap_or(TimeDelta::days(1));
    Phase::Open { next_probe_at, failed_probes }
}

/// The present rate of a drain, in webhooks per second.
pub(crate) fn drain_rate(since: DateTime<Utc>, now: DateTime<Utc>, rules: &BreakerRules) -> u32 {
    let lasted = (now - since).to_std().unwrap_or_default();
    let doublings = u32::try_from(lasted.as_secs() / DOUBLED_EVERY.as_secs()).unwrap_or(u32::MAX);
    rules.drain_rate.max(1).saturating_mul(2_u32.saturating_pow(doublings)).min(MAX_RATE)
}

/// How many webhooks of a drain may be sent at once: as few as keep up the rate, so that at a fast endpoint they arrive one
/// after the other and in order.
pub(crate) fn drain_concurrency(rate: u32, typical: Duration) -> usize {
    (f64::from(rate) * typical.as_secs_f64()).floor().clamp(1.0, 1000.0) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULES: BreakerRules = BreakerRules {
        window: Duration::from_secs(60),
        failure_percent: 50,
        min_failures: 10,
        probe_pause: Duration::from_secs(30),
        longest_probe_pause: Duration::from_secs(300),
        drain_rate: 100,
    };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        let changes: Vec<bool> =
            (0..10).map(|_| breaker.attempted(false, AttemptKind::Regular, at(0), &RULES)).collect();
        assert_eq!(changes.iter().position(|changed| *changed), Some(9), "at the minimum, not before");
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
            assert!(breaker.attempted(false, AttemptKind::Probe, now, &RULES));
            probes.push(next(&breaker) - (now - at(0)).num_seconds());
        }
        assert_eq!(probes, [60, 120, 240, 300, 300, 300]);
        assert!(breaker.attempted(true, AttemptKind::Probe, at(1200), &RULES));
        assert_eq!(breaker.phase, Phase::Draining { since: at(1200), next_at: at(1200) });
        assert!(!breaker.attempted(true, AttemptKind::Drain, at(1201), &RULES));
        assert_eq!(breaker.broken_since, Some(at(0)));
        assert!(breaker.drained(at(1210)) && !breaker.drained(at(1210)));
        assert_eq!((breaker.phase, breaker.broken_since), (Phase::Closed, None));
        assert!(
            !breaker.attempted(false, AttemptKind::Regular, at(1211), &RULES),
            "earlier failures are forgotten"
        );
    }

    #[test]
    fn attempts_that_began_before_it_opened_change_nothing() {
        let mut breaker = opened();
        for success in [false, true] {
            assert!(!breaker.attempted(success, AttemptKind::Regular, at(1), &RULES));
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
        breaker.attempted(true, AttemptKind::Probe, at(30), &RULES);
        for second in 31..40 {
            assert!(!breaker.attempted(true, AttemptKind::Drain, at(second), &RULES));
        }
        for _ in 0..8 {
            assert!(!breaker.attempted(false, AttemptKind::Drain, at(40), &RULES));
        }
        assert!(breaker.attempted(false, AttemptKind::Drain, at(40), &RULES));
        assert!(matches!(breaker.phase, Phase::Open { failed_probes: 1, .. }));
    }

    #[test]
    fn the_newer_version_wins() {
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
    fn a_drain_gets_faster_and_needs_little_concurrency() {
        let rates = [0, 59, 60, 150, 3600].map(|second| drain_rate(at(0), at(second), &RULES));
        assert_eq!(rates, [100, 100, 200, 400, MAX_RATE]);
        let ms = Duration::from_millis;
        for (rate, typical, expected) in
            [(100, ms(1), 1), (100, ms(10), 1), (100, ms(200), 20), (1, ms(0), 1)]
        {
            assert_eq!(drain_concurrency(rate, typical), expected, "{rate} {typical:?}");
        }
    }

    proptest! {
        #[test]
        fn an_endpoint_that_mostly_works_is_never_cut_off(outcomes in prop::collection::vec(any::<bool>(), 0..300)) {
            let mut breaker = Breaker::default();
            let (mut failed, mut all) = (0, 0);
            for (second, success) in outcomes.into_iter().enumerate() {
                // All attempts are within one window, so the plain count is exact.
                let now = at(second as i64 / 10);
                let opened = breaker.attempted(success, AttemptKind::Regular, now, &RULES);
                (failed, all) = (failed + u32::from(!success), all + 1);
                if opened {
                    prop_assert!(failed >= RULES.min_failures && failed * 2 >= all);
                    return Ok(());
                }
            }
        }
    }
}
