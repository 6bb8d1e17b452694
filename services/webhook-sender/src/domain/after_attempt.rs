//! The state of a webhook after an attempt.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_egress::Cause;

use super::breaker::AttemptKind;
use super::delivery::State;
use super::retry_schedule::RetrySchedule;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A response, complete or broken off after the status.
    Answered { status: u16, retry_after: Option<Duration> },
    /// No response.
    Failed(Cause),
}

/// The outcome as a metrics label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Delivered,
    Redirected,
    Refused,
    Broken,
    NoAnswer,
}

impl Outcome {
    pub(crate) fn is_success(self) -> bool {
        self.class() == Class::Delivered
    }

    pub(crate) fn class(self) -> Class {
        match self {
            Self::Answered { status: 200..=299, .. } => Class::Delivered,
            Self::Answered { status: 300..=399, .. } => Class::Redirected,
            Self::Answered { status: 400..=499, .. } => Class::Refused,
            Self::Answered { .. } => Class::Broken,
            Self::Failed(_) => Class::NoAnswer,
        }
    }

    /// Whether the endpoint works. A response 4xx refuses one webhook, by an endpoint that lives. Only 408 and 425 are about the
    /// endpoint, which could not receive the request yet.
    pub(crate) fn endpoint_works(self) -> bool {
        match self {
            Self::Answered { status: 408 | 425, .. } => false,
            _ => matches!(self.class(), Class::Delivered | Class::Refused),
        }
    }

    /// Whether the app asked for fewer webhooks. The webhook itself was not judged.
    pub(crate) fn is_rate_limit(self) -> bool {
        matches!(self, Self::Answered { status: 429, .. })
    }

    /// The pause that the response asked for.
    pub(crate) fn retry_after(self) -> Option<Duration> {
        match self {
            Self::Answered { retry_after, .. } => retry_after,
            Self::Failed(_) => None,
        }
    }

    /// Why the attempt counts as failed, as a stable word that fits a header: `status_500`, `timeout_total`.
    pub(crate) fn failure(self) -> String {
        match self {
            Self::Answered { status, .. } => format!("status_{status}"),
            Self::Failed(cause) => cause.code().to_owned(),
        }
    }
}

/// The shortest pause of a webhook after a 429. The pace of the endpoint decides when it is really sent.
const LIMITED_PAUSE: Duration = Duration::from_secs(1);

/// The state after attempt number `attempt` (from 1) of the schedule. `random` is from 0 to 1.
///
/// A 429 is no attempt of the schedule, because it is about the rate: the webhook is sent when its turn comes. Nor does a
/// probe at an endpoint that is still broken exhaust the schedule, because probes ignore the pauses between attempts.
pub(crate) fn after_attempt(
    outcome: Outcome,
    attempt: i32,
    schedule: &RetrySchedule,
    kind: AttemptKind,
    now: DateTime<Utc>,
    random: f64,
) -> State {
    let dead = |reason: &str| State::Dead { reason: reason.to_owned() };
    let due_in = |pause: Duration| {
        let wait = TimeDelta::from_std(pause).unwrap_or(TimeDelta::MAX);
        let due_at = now.checked_add_signed(wait).unwrap_or(DateTime::<Utc>::MAX_UTC);
        State::Pending { due_at, reason: outcome.failure() }
    };
    let requested = outcome.retry_after().unwrap_or_default();
    match outcome {
        Outcome::Answered { status: 200..=299, .. } => return State::Delivered,
        // The receiver refuses all further attempts.
        Outcome::Answered { status: 410, .. } => return dead("gone"),
        Outcome::Answered { status: 429, .. } => return due_in(requested.max(LIMITED_PAUSE)),
        // Only a change of the app's settings can mend these, so further attempts are useless.
        Outcome::Failed(cause @ (Cause::Blocked | Cause::InvalidUrl | Cause::InvalidHeader)) => {
            return dead(cause.code());
        }
        Outcome::Answered { .. } | Outcome::Failed(_) => {}
    }
    let is_spared = kind == AttemptKind::Probe && !outcome.endpoint_works();
    match schedule.pause(attempt, random).or(is_spared.then_some(Duration::ZERO)) {
        // An app may ask for a longer pause, never for a shorter one, which would use up its attempts too early.
        Some(pause) => due_in(pause.max(requested)),
        None => dead("exhausted"),
    }
}

#[cfg(test)]
mod tests {
    use patchbay_egress::Phase;
    use patchbay_runtime::Setting;
    use proptest::prelude::*;

    use super::*;

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn after(outcome: Outcome, attempt: i32) -> State {
        let schedule = RetrySchedule::parse("5s, 5m").unwrap();
        after_attempt(outcome, attempt, &schedule, AttemptKind::Regular, noon(), 0.0)
    }

    fn answered(status: u16) -> Outcome {
        Outcome::Answered { status, retry_after: None }
    }

    fn pending(seconds: i64, reason: &str) -> State {
        State::Pending { due_at: noon() + TimeDelta::seconds(seconds), reason: reason.to_owned() }
    }

    fn dead(reason: &str) -> State {
        State::Dead { reason: reason.to_owned() }
    }

    #[test]
    fn every_outcome_leads_to_its_state() {
        let cases = [
            (answered(200), 1, State::Delivered),
            (answered(204), 3, State::Delivered),
            (answered(299), 1, State::Delivered),
            (answered(301), 1, pending(5, "status_301")),
            (answered(400), 1, pending(5, "status_400")),
            (answered(404), 2, pending(300, "status_404")),
            (answered(410), 1, dead("gone")),
            (answered(500), 3, dead("exhausted")),
            (answered(101), 1, pending(5, "status_101")),
            (Outcome::Failed(Cause::Timeout(Phase::Total)), 1, pending(5, "timeout_total")),
            (Outcome::Failed(Cause::Dns), 2, pending(300, "dns")),
            (Outcome::Failed(Cause::Connect), 3, dead("exhausted")),
            (Outcome::Failed(Cause::Blocked), 1, dead("blocked")),
            (Outcome::Failed(Cause::InvalidUrl), 1, dead("invalid_url")),
            (Outcome::Failed(Cause::InvalidHeader), 1, dead("invalid_header")),
        ];
        for (outcome, attempt, expected) in cases {
            assert_eq!(after(outcome, attempt), expected, "{outcome:?} at attempt {attempt}");
        }
    }

    #[test]
    fn an_app_may_ask_for_a_longer_pause_and_not_for_a_shorter_one() {
        for (requested, seconds) in [(60, 60), (1, 5)] {
            let retry_after = Some(Duration::from_secs(requested));
            let state = after(Outcome::Answered { status: 503, retry_after }, 1);
            assert_eq!(state, pending(seconds, "status_503"));
        }
    }

    #[test]
    fn a_429_says_when_to_come_again_and_uses_up_nothing() {
        for (requested, seconds) in [(None, 1), (Some(0), 1), (Some(3), 3), (Some(600), 600)] {
            let retry_after = requested.map(Duration::from_secs);
            for attempt in [1, 3, i32::MAX] {
                let state = after(Outcome::Answered { status: 429, retry_after }, attempt);
                assert_eq!(state, pending(seconds, "status_429"), "{requested:?} {attempt}");
            }
        }
    }

    #[test]
    fn an_endpoint_that_judges_a_webhook_works() {
        let works = [200, 204, 299, 400, 401, 403, 404, 409, 410, 422, 429, 451, 499];
        let fails = [101, 301, 302, 408, 425, 500, 502, 503, 504, 599, 999];
        assert!(works.into_iter().all(|status| answered(status).endpoint_works()));
        assert!(!fails.into_iter().any(|status| answered(status).endpoint_works()));
        assert!(!Outcome::Failed(Cause::Timeout(Phase::Total)).endpoint_works());
    }

    #[test]
    fn retry_after_does_not_add_attempts() {
        let retry_after = Some(Duration::from_secs(60));
        assert_eq!(after(Outcome::Answered { status: 503, retry_after }, 3), dead("exhausted"));
    }

    #[test]
    fn a_probe_gives_up_only_webhooks_that_cannot_be_delivered() {
        let schedule = RetrySchedule::parse("5s").unwrap();
        let probe = |outcome| after_attempt(outcome, 2, &schedule, AttemptKind::Probe, noon(), 0.0);
        assert_eq!(probe(answered(500)), pending(0, "status_500"));
        assert_eq!(probe(answered(404)), dead("exhausted"), "the endpoint works");
        assert_eq!(probe(answered(410)), dead("gone"));
        assert_eq!(probe(Outcome::Failed(Cause::Blocked)), dead("blocked"));
    }

    proptest! {
        #[test]
        fn only_a_2xx_is_success_and_no_failure_is_due_at_once(
            status in 100..600_u16, attempt in 1..5, random in 0.0..=1.0_f64, requested in 0..200_000_u64,
        ) {
            let outcome = Outcome::Answered { status, retry_after: Some(Duration::from_secs(requested)) };
            let schedule = RetrySchedule::parse("5s, 5m").unwrap();
            match after_attempt(outcome, attempt, &schedule, AttemptKind::Regular, noon(), random) {
                State::Delivered => prop_assert!((200..300).contains(&status)),
                State::Pending { due_at, .. } if status == 429 => {
                    prop_assert_eq!(due_at, noon() + TimeDelta::seconds(requested.max(1) as i64));
                }
                State::Pending { due_at, .. } => {
                    prop_assert!(due_at >= noon() + TimeDelta::seconds(5));
                    prop_assert!(attempt <= 2 && !(200..300).contains(&status) && status != 410);
                }
                State::Dead { reason } => prop_assert_eq!(reason == "gone", status == 410),
                other => prop_assert!(false, "a response does not lead to {other:?}"),
            }
        }
    }
}
