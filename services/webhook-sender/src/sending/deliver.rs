//! One webhook from the bus or the database to its record.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::attempt::{Attempter, wait_span};
use super::gone::GoneReporter;
use super::in_flight::InFlight;
use crate::domain::after_attempt::{Outcome, after_attempt};
use crate::domain::attempt::Attempt;
use crate::domain::breaker::{AttemptKind, Phase};
use crate::domain::delivery::{Delivery, State};
use crate::domain::pace::Speed;
use crate::domain::queue_pressure::PATIENCE;
use crate::domain::retry_schedule::RetrySchedule;
use crate::domain::verdict::SentWhile;
use crate::endpoints::breakers::Breakers;
use crate::endpoints::endpoint::Destination;
use crate::endpoints::routing::{Route, Routing};
use crate::endpoints::slots::{EndpointSlots, Slot};
use crate::metrics::SenderMetrics;
use crate::recording::origin::Origin;
use crate::recording::record::Record;
use crate::recording::recorder::Recorder;

/// How long a bus message waits for an app or installation that is not known yet.
const UNKNOWN_PATIENCE: Duration = Duration::from_secs(1);
/// Pause before the next look at an app or installation that is still not known.
const UNKNOWN_PAUSE: Duration = Duration::from_secs(5);
/// Pause before the next try of a webhook that found no slot.
const BUSY_PAUSE: Duration = Duration::from_secs(1);
/// How long a claimed webhook waits in memory for a slot.
const CLAIM_PATIENCE: Duration = Duration::from_secs(20);
const GONE: u16 = 410;
/// A message is acknowledged before its attempt ends if the attempt takes longer than this, so that a receiver that hangs
/// occupies only its own slots.
const SLOW: Duration = Duration::from_secs(1);

/// How long a claim keeps other workers away: longer than everything that can happen until the record, because a second
/// worker would send the same webhook again.
pub(crate) fn lease(timeout: Duration) -> Duration {
    2 * timeout + 2 * CLAIM_PATIENCE + Duration::from_secs(30)
}

#[derive(Debug)]
pub(crate) struct Deliverer {
    pub routing: Arc<Routing>,
    pub attempter: Attempter,
    pub schedule: RetrySchedule,
    /// Attempts that may run at once, over all endpoints.
    pub attempts: Arc<Semaphore>,
    pub in_flight: InFlight,
    pub breakers: Arc<Breakers>,
    pub gone: GoneReporter,
    pub recorder: Recorder,
    pub clock: Clock,
    pub metrics: SenderMetrics,
}

impl Deliverer {
    /// Makes one attempt, unless the webhook has to wait, and records the outcome.
    pub(crate) async fn deliver(&self, delivery: Delivery, origin: Origin) {
        // A span apart from the attempt's, so that traces tell a wait for a slot from a slow endpoint.
        let waiting = wait_span(&delivery, self.clock.now());
        if delivery.sent_while() == SentWhile::Always {
            self.routing.ended(delivery.installation_id);
        }
        let (endpoint, destination) = match self.route(&delivery, &origin).await {
            Route::To(endpoint, destination) => (endpoint, destination),
            Route::Wait => return self.postpone(delivery, origin, "unknown", UNKNOWN_PAUSE).await,
            Route::Hold(reason) => return self.hold(delivery, origin, reason).await,
            Route::Drop(reason) => return self.discard(delivery, origin, reason).await,
        };
        let must_wait = || must_wait(&endpoint.slots, &destination, &delivery, &origin, self.clock.now());
        if let Some(reason) = must_wait() {
            return self.postpone(delivery, origin, reason, Duration::ZERO).await;
        }
        let Some(slot) = slot(&endpoint.slots, &origin).await else {
            return self.postpone(delivery, origin, "busy", BUSY_PAUSE).await;
        };
        let Some(permit) = self.attempt_permit(&origin).await else {
            return self.postpone(delivery, origin, "overloaded", BUSY_PAUSE).await;
        };
        // What other attempts found out meanwhile.
        if let Some(reason) = must_wait() {
            return self.postpone(delivery, origin, reason, Duration::ZERO).await;
        }
        let kind = origin.attempt_kind();
        drop(waiting);
        let (attempt, origin) = self.attempt(&delivery, &destination, origin).await;
        slot.done(matches!(attempt.outcome, Outcome::Answered { .. }));
        drop(permit);
        endpoint.slots.count(&attempt);
        self.breakers.attempted(&endpoint.slots, &attempt, kind);
        self.pace(&endpoint.slots, &attempt);
        self.conclude(delivery, &destination, attempt, kind, origin).await;
    }

    fn pace(&self, slots: &EndpointSlots, attempt: &Attempt) {
        let now = self.clock.now();
        if attempt.outcome.is_rate_limit() {
            slots.pace().refused(attempt.outcome.retry_after(), now);
        } else if attempt.outcome.endpoint_works() {
            slots.pace().taken(attempt.started_at, now);
        }
    }

    /// Whether the app wants strict order. Its webhooks go through the database, because only the database knows the order.
    pub(crate) fn is_ordered(&self, delivery: &Delivery) -> bool {
        self.routing.is_strict(delivery.app_id)
    }

    /// Stores a webhook of an app that wants strict order.
    pub(crate) async fn store(&self, delivery: Delivery, origin: Origin) {
        self.postpone(delivery, origin, "ordered", Duration::ZERO).await;
    }

    /// Gives up a webhook with a malformed field. It can be resent as it is recorded, with a harmless value in that field.
    pub(crate) async fn refuse(&self, delivery: Delivery, origin: Origin, field: &'static str) {
        tracing::error!(delivery_id = %delivery.id, field, "a webhook has a malformed field; it is given up");
        let reason = format!("malformed_{field}");
        self.metrics.given_up(&reason);
        self.record(delivery, None, State::Dead { reason }, origin).await;
    }

    /// Returns a claimed webhook that this process is sending already. The record of that attempt takes precedence.
    pub(crate) async fn put_back(&self, delivery: Delivery) {
        self.postpone(delivery, Origin::Returned, "busy", BUSY_PAUSE).await;
    }

    /// Makes the attempt. If it is slow, the webhook is stored meanwhile as if it had been claimed, so that its message can
    /// be acknowledged.
    async fn attempt(
        &self,
        delivery: &Delivery,
        destination: &Destination,
        origin: Origin,
    ) -> (Attempt, Origin) {
        let mut attempting = pin!(self.attempter.attempt(delivery, destination));
        let Origin::Message(_) = origin else { return (attempting.await, origin) };
        tokio::select! {
            biased;
            attempt = &mut attempting => return (attempt, origin),
            () = tokio::time::sleep(SLOW) => {}
        }
        let in_flight = self.in_flight.enter(delivery.id);
        let lease = lease(destination.timeout.unwrap_or(self.attempter.timeout));
        let storing = self.postpone(delivery.clone(), origin, "slow", lease);
        let (attempt, ()) = tokio::join!(attempting, storing);
        (attempt, Origin::Acknowledged { _in_flight: in_flight })
    }

    async fn route(&self, delivery: &Delivery, origin: &Origin) -> Route {
        match (self.routing.route(delivery, self.clock.now()), origin) {
            (Route::Wait, Origin::Message(_)) => {
                let known = self.routing.route_when_known(delivery, &self.clock);
                tokio::time::timeout(UNKNOWN_PATIENCE, known).await.unwrap_or(Route::Wait)
            }
            (route, _) => route,
        }
    }

    async fn attempt_permit(&self, origin: &Origin) -> Option<OwnedSemaphorePermit> {
        let patience = if matches!(origin, Origin::Message(_)) { PATIENCE } else { CLAIM_PATIENCE };
        tokio::time::timeout(patience, self.attempts.clone().acquire_owned()).await.ok()?.ok()
    }

    /// Stores a webhook that is due again after `pause`.
    async fn postpone(&self, delivery: Delivery, origin: Origin, reason: &'static str, pause: Duration) {
        self.metrics.postponed(reason);
        // The reason of a failure goes into the header of the next attempt, and a wait for a slot is no failure.
        let reason = delivery.failure.clone().unwrap_or_else(|| reason.to_owned());
        let due_at = self.clock.now() + TimeDelta::from_std(pause).unwrap_or_default();
        self.record(delivery, None, State::Pending { due_at, reason }, origin).await;
    }

    async fn hold(&self, delivery: Delivery, origin: Origin, reason: &'static str) {
        self.metrics.postponed(reason);
        self.record(delivery, None, State::Held { reason: reason.to_owned() }, origin).await;
    }

    async fn discard(&self, delivery: Delivery, origin: Origin, reason: &'static str) {
        self.metrics.given_up(reason);
        self.record(delivery, None, State::Dropped { reason }, origin).await;
    }

    async fn conclude(
        &self,
        mut delivery: Delivery,
        destination: &Destination,
        attempt: Attempt,
        kind: AttemptKind,
        origin: Origin,
    ) {
        let now = self.clock.now();
        let schedule = destination.schedule.as_ref().unwrap_or(&self.schedule);
        let number = attempt.number.saturating_sub(delivery.schedule_from);
        let state =
            after_attempt(attempt.outcome, number, schedule, kind, now, self.attempter.random.fraction());
        self.metrics.attempted(&attempt);
        match &state {
            State::Delivered => self.metrics.delivered(now - delivery.accepted_at),
            State::Dead { reason } => self.metrics.given_up(reason),
            State::Pending { .. } => self.metrics.postponed("failed"),
            State::Called | State::Held { .. } | State::Dropped { .. } => {}
        }
        if matches!(attempt.outcome, Outcome::Answered { status: GONE, .. }) {
            self.gone.report(&self.routing, delivery.installation_id, delivery.event_id);
        }
        delivery.attempts = attempt.number;
        // Such an attempt is no part of the schedule.
        delivery.schedule_from += i32::from(attempt.outcome.is_rate_limit());
        self.record(delivery, Some(attempt), state, origin).await;
    }

    async fn record(&self, delivery: Delivery, attempt: Option<Attempt>, state: State, origin: Origin) {
        self.recorder.record(Record { delivery, attempt, state, origin }).await;
    }
}

/// Why a webhook has to go through the database now, if it has to.
fn must_wait(
    slots: &EndpointSlots,
    destination: &Destination,
    delivery: &Delivery,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Option<&'static str> {
    let is_message = matches!(origin, Origin::Message(_));
    if is_message && destination.strict_order {
        return Some("ordered");
    }
    if delivery.is_about_installation() {
        return None;
    }
    // A regular claim was made before the breaker opened. Probes and drains are sent although it is open.
    if origin.attempt_kind() == AttemptKind::Regular && slots.breaker().phase != Phase::Closed {
        return Some("breaker_open");
    }
    match slots.pace().speed(now).at_most(destination.rate_limit) {
        Speed::PausedUntil(_) => Some("rate"),
        // The worker that claims webhooks takes their turns.
        Speed::Limited(_) if is_message => Some("rate"),
        Speed::Limited(_) | Speed::Unlimited => None,
    }
}

async fn slot(slots: &Arc<EndpointSlots>, origin: &Origin) -> Option<Slot> {
    match origin {
        Origin::Message(_) => slots.slot_soon().await,
        Origin::Claim(_) | Origin::Acknowledged { .. } | Origin::Returned | Origin::Unclaimed => {
            slots.slot_within(CLAIM_PATIENCE).await
        }
    }
}
