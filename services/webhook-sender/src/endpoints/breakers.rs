//! The breakers of all endpoints. Each replica judges its own attempts, and adopts newer states from the database.

use std::collections::HashSet;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};

use patchbay_domain::Clock;
use tokio::sync::Notify;

use super::slots::{EndpointSlots, SlotTable};
use crate::domain::attempt::Attempt;
use crate::domain::breaker::{AttemptKind, BreakerRules, Phase};
use crate::store::breakers::BreakerRow;

#[derive(Debug)]
pub(crate) struct Breakers {
    pub rules: BreakerRules,
    clock: Clock,
    slots: Arc<SlotTable>,
    /// Apps whose breaker has changed and is not stored yet.
    unsaved: Mutex<HashSet<i64>>,
    /// Notified when a breaker has changed.
    pub changed: Notify,
}

impl Breakers {
    pub(crate) fn new(rules: BreakerRules, clock: Clock, slots: Arc<SlotTable>) -> Self {
        Self { rules, clock, slots, unsaved: Mutex::default(), changed: Notify::new() }
    }

    /// Counts an attempt, which may change the phase of the breaker.
    pub(crate) fn attempted(&self, endpoint: &EndpointSlots, attempt: &Attempt, kind: AttemptKind) {
        let now = self.clock.now();
        let works = attempt.outcome.endpoint_works();
        let changed = {
            let mut breaker = endpoint.breaker();
            breaker.attempted(works, kind, now, &self.rules).then_some(breaker.phase)
        };
        match changed {
            None => return,
            Some(Phase::Open { failed_probes: 0, .. }) => {
                tracing::warn!(app_id = endpoint.app_id, failure = %attempt.outcome.failure(), "the breaker of an endpoint opened; its webhooks are held");
            }
            Some(phase) => {
                tracing::info!(
                    app_id = endpoint.app_id,
                    ?phase,
                    "the breaker of an endpoint changed its phase"
                );
            }
        }
        self.mark_changed(endpoint.app_id);
    }

    /// The drain of an endpoint has ended, because no webhook waits for it.
    pub(crate) fn drained(&self, endpoint: &EndpointSlots) {
        if endpoint.breaker().drained(self.clock.now()) {
            tracing::info!(app_id = endpoint.app_id, "the breaker of an endpoint closed");
            self.mark_changed(endpoint.app_id);
        }
    }

    fn mark_changed(&self, app_id: i64) {
        self.slots.of(app_id).drained.store(false, Relaxed);
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner).insert(app_id);
        self.changed.notify_one();
    }

    /// The breakers to store; each change is returned once.
    pub(crate) fn take_unsaved(&self) -> Vec<BreakerRow> {
        let unsaved = std::mem::take(&mut *self.unsaved.lock().unwrap_or_else(PoisonError::into_inner));
        unsaved.into_iter().map(|app_id| self.row(app_id)).collect()
    }

    /// Storing these rows failed: the next [`Breakers::take_unsaved`] returns them again.
    pub(crate) fn give_back(&self, rows: &[BreakerRow]) {
        let mut unsaved = self.unsaved.lock().unwrap_or_else(PoisonError::into_inner);
        unsaved.extend(rows.iter().map(|row| row.app_id));
    }

    /// Takes over a stored breaker if it is newer.
    pub(crate) fn adopt(&self, row: &BreakerRow) {
        self.slots.of(row.app_id).breaker().adopt(row.phase(), row.broken_since, row.version);
    }

    /// Endpoints whose breaker is not closed, as far as this replica knows.
    pub(crate) fn not_closed(&self) -> Vec<(Arc<EndpointSlots>, Phase)> {
        let endpoints = self.slots.all().into_iter();
        let with_phase = endpoints.map(|endpoint| {
            let phase = endpoint.breaker().phase;
            (endpoint, phase)
        });
        with_phase.filter(|(_, phase)| *phase != Phase::Closed).collect()
    }

    fn row(&self, app_id: i64) -> BreakerRow {
        let endpoint = self.slots.of(app_id);
        let breaker = endpoint.breaker();
        BreakerRow::new(app_id, breaker.version, breaker.phase, breaker.broken_since, self.clock.now())
    }
}
