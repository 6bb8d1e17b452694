//! One webhook from here to its record, whether it just came or was due again.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use patchbay_domain::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::attempt::{Attempt, Attempter, wait_span};
use crate::breakers::Breakers;
use crate::domain::after_attempt::{Outcome, after_attempt};
use crate::domain::breaker::{Errand, Phase};
use crate::domain::crowding::PATIENCE;
use crate::domain::delivery::{Delivery, State};
use crate::domain::retry_schedule::RetrySchedule;
use crate::lane::{Lane, Place};
use crate::metrics::SenderMetrics;
use crate::recorder::{Hold, Record, Recorder, later};
use crate::stopper::Stopper;
use crate::under_way::UnderWay;
use crate::world::endpoint::Destination;
use crate::world::{Way, World};

/// How long a message waits for news of an app or installation that is not known yet.
const NEWS_PATIENCE: Duration = Duration::from_secs(1);
/// When to look again for an app or installation that is still not known.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// When to try again where too many others were waiting.
const COME_BACK: Duration = Duration::from_secs(1);
/// How long a claimed webhook waits in memory for its turn.
const CLAIM_PATIENCE: Duration = Duration::from_secs(20);
/// The answer of an endpoint that wants no more webhooks.
const GONE: u16 = 410;
/// An attempt that takes longer lets its message go: a receiver that hangs holds nothing but its own places.
const LATE: Duration = Duration::from_secs(1);

/// How long a claim keeps others away: more than all that can happen until its record, as a second worker
/// would otherwise send the same webhook.
pub(crate) fn lease(timeout: Duration) -> Duration {
    2 * timeout + 2 * CLAIM_PATIENCE + Duration::from_secs(30)
}

/// Delivers.
#[derive(Debug)]
pub(crate) struct Deliverer {
    pub world: Arc<World>,
    pub attempter: Attempter,
    pub schedule: RetrySchedule,
    /// Attempts that may run at once, over all endpoints.
    pub attempts: Arc<Semaphore>,
    pub under_way: UnderWay,
    pub breakers: Arc<Breakers>,
    pub stopper: Stopper,
    pub recorder: Recorder,
    pub clock: Clock,
    pub metrics: SenderMetrics,
}

impl Deliverer {
    /// Makes one attempt, or finds out that there is none to make now, and records what is to happen next.
    pub(crate) async fn deliver(&self, delivery: Delivery, hold: Hold) {
        // Its own part of the trace: an endpoint that is slow to answer is not one that is waited for.
        let waiting = wait_span(&delivery, self.clock.now());
        let (endpoint, destination) = match self.way(&delivery, &hold).await {
            Way::To(endpoint, destination) => (endpoint, destination),
            Way::Wait => return self.park(delivery, hold, "unknown", LOOK_AGAIN).await,
            Way::Hold(reason) => return self.keep(delivery, hold, reason).await,
            Way::Drop(reason) => return self.drop(delivery, hold, reason).await,
        };
        if let Some(reason) = has_to_wait(&endpoint.lane, destination.strict_order, &hold) {
            return self.park(delivery, hold, reason, Duration::ZERO).await;
        }
        let Some(place) = place(&endpoint.lane, &hold).await else {
            return self.park(delivery, hold, "busy", COME_BACK).await;
        };
        let Some(permit) = self.attempt_permit(&hold).await else {
            return self.park(delivery, hold, "overloaded", COME_BACK).await;
        };
        let errand = hold.errand();
        drop(waiting);
        let (attempt, hold) = self.attempt(&delivery, &destination, hold).await;
        place.done(matches!(attempt.outcome, Outcome::Answered { .. }));
        drop(permit);
        endpoint.lane.tally(&attempt);
        self.breakers.note(&endpoint.lane, &attempt, errand);
        self.conclude(delivery, &destination, attempt, errand, hold).await;
    }

    /// Whether this webhook takes the way over the database without a look at its endpoint: its order counts,
    /// and only the database knows it.
    pub(crate) fn goes_in_order(&self, delivery: &Delivery) -> bool {
        let endpoint = self.world.endpoints.get(&delivery.app_id);
        let destination = endpoint.and_then(|endpoint| endpoint.destination.clone());
        destination.is_some_and(|destination| destination.strict_order)
    }

    /// Stores a webhook that goes in order.
    pub(crate) async fn store(&self, delivery: Delivery, hold: Hold) {
        self.park(delivery, hold, "ordered", Duration::ZERO).await;
    }

    /// Gives up a webhook that can be neither stored nor sent as it came. Somebody may have it sent as it is recorded.
    pub(crate) async fn refuse(&self, delivery: Delivery, hold: Hold, field: &'static str) {
        tracing::error!(delivery = %delivery.id, field, "a webhook cannot be sent as it came; it is given up");
        let reason = format!("malformed_{field}");
        self.metrics.given_up(&reason);
        let has_row = !matches!(hold, Hold::Message(_));
        self.recorder
            .record(Record { delivery, attempt: None, state: State::Dead { reason }, has_row, hold })
            .await;
    }

    /// Lets go of a claimed webhook that is under way already; whatever that attempt records counts more.
    pub(crate) async fn put_back(&self, delivery: Delivery) {
        self.park(delivery, Hold::Nothing, "busy", COME_BACK).await;
    }

    /// Makes the attempt. When it takes long, the webhook is meanwhile stored as if it had been claimed, so that
    /// its message can be acknowledged.
    async fn attempt(&self, delivery: &Delivery, destination: &Destination, hold: Hold) -> (Attempt, Hold) {
        let mut attempting = pin!(self.attempter.attempt(delivery, destination));
        let Hold::Message(_) = hold else { return (attempting.await, hold) };
        tokio::select! {
            biased;
            attempt = &mut attempting => return (attempt, hold),
            () = tokio::time::sleep(LATE) => {}
        }
        let under_way = self.under_way.enter(delivery.id);
        let lease = lease(destination.timeout.unwrap_or(self.attempter.timeout));
        let parking = self.park(delivery.clone(), hold, "slow", lease);
        let (attempt, ()) = tokio::join!(attempting, parking);
        (attempt, Hold::Late(under_way))
    }

    async fn way(&self, delivery: &Delivery, hold: &Hold) -> Way {
        match (self.world.way(delivery, self.clock.now()), hold) {
            (Way::Wait, Hold::Message(_)) => {
                let known = self.world.way_when_known(delivery, &self.clock);
                tokio::time::timeout(NEWS_PATIENCE, known).await.unwrap_or(Way::Wait)
            }
            (way, _) => way,
        }
    }

    async fn attempt_permit(&self, hold: &Hold) -> Option<OwnedSemaphorePermit> {
        let patience = if matches!(hold, Hold::Message(_)) { PATIENCE } else { CLAIM_PATIENCE };
        tokio::time::timeout(patience, self.attempts.clone().acquire_owned()).await.ok()?.ok()
    }

    async fn park(&self, delivery: Delivery, hold: Hold, reason: &'static str, pause: Duration) {
        self.metrics.parked(reason);
        // The reason of a failure is what the next attempt tells the app; waiting for a turn is no failure.
        let reason = delivery.failure.clone().unwrap_or_else(|| reason.to_owned());
        let state = State::Pending { due_at: later(&self.clock, pause), reason };
        let has_row = !matches!(hold, Hold::Message(_));
        self.recorder.record(Record { delivery, attempt: None, state, has_row, hold }).await;
    }

    async fn keep(&self, delivery: Delivery, hold: Hold, reason: &'static str) {
        self.metrics.parked(reason);
        let has_row = !matches!(hold, Hold::Message(_));
        let state = State::Held { reason: reason.to_owned() };
        self.recorder.record(Record { delivery, attempt: None, state, has_row, hold }).await;
    }

    async fn drop(&self, delivery: Delivery, hold: Hold, reason: &'static str) {
        self.metrics.given_up(reason);
        let has_row = !matches!(hold, Hold::Message(_));
        let state = State::Dropped { reason };
        self.recorder.record(Record { delivery, attempt: None, state, has_row, hold }).await;
    }

    async fn conclude(
        &self,
        mut delivery: Delivery,
        destination: &Destination,
        attempt: Attempt,
        errand: Errand,
        hold: Hold,
    ) {
        let now = self.clock.now();
        let schedule = destination.schedule.as_ref().unwrap_or(&self.schedule);
        let number = attempt.number.saturating_sub(delivery.schedule_from);
        let state = after_attempt(attempt.outcome, number, schedule, errand, now, rand::random());
        self.metrics.attempted(&attempt);
        match &state {
            State::Delivered => self.metrics.delivered(now - delivery.accepted_at),
            State::Dead { reason } => self.metrics.given_up(reason),
            State::Pending { .. } => self.metrics.parked("failed"),
            State::Called | State::Held { .. } | State::Dropped { .. } => {}
        }
        if matches!(attempt.outcome, Outcome::Answered { status: GONE, .. }) {
            self.stopper.stop(&self.world, delivery.installation_id, delivery.event_id);
        }
        delivery.attempts = attempt.number;
        let has_row = !matches!(hold, Hold::Message(_));
        self.recorder.record(Record { delivery, attempt: Some(attempt), state, has_row, hold }).await;
    }
}

/// Why a webhook has to go by way of the database now, if it has to.
fn has_to_wait(lane: &Lane, strict_order: bool, hold: &Hold) -> Option<&'static str> {
    let closed = lane.breaker().phase == Phase::Closed;
    match hold {
        Hold::Message(_) if strict_order => Some("ordered"),
        // Claimed before the breaker opened; those claimed for it are meant to go.
        _ if !closed && hold.errand() == Errand::Usual => Some("parked"),
        _ => None,
    }
}

async fn place(lane: &Arc<Lane>, hold: &Hold) -> Option<Place> {
    match hold {
        Hold::Message(_) => lane.place_soon().await,
        Hold::Claim(_) | Hold::Late(_) | Hold::Nothing => lane.place_within(CLAIM_PATIENCE).await,
    }
}
