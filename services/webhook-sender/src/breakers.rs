//! The breakers of all endpoints: each replica judges by what it sees itself, and goes by what any of them found.

use std::collections::HashSet;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};

use patchbay_domain::Clock;
use tokio::sync::Notify;

use crate::attempt::Attempt;
use crate::domain::after_attempt::Outcome;
use crate::domain::breaker::{Errand, Phase, Rules};
use crate::lane::{Lane, Lanes};
use crate::store::breakers::BreakerRow;

/// Judges, and remembers which judgements are still to be stored.
#[derive(Debug)]
pub(crate) struct Breakers {
    pub rules: Rules,
    clock: Clock,
    lanes: Arc<Lanes>,
    changed: Mutex<HashSet<i64>>,
    pub news: Notify,
}

impl Breakers {
    pub(crate) fn new(rules: Rules, clock: Clock, lanes: Arc<Lanes>) -> Self {
        Self { rules, clock, lanes, changed: Mutex::default(), news: Notify::new() }
    }

    /// Takes in how an attempt ended.
    pub(crate) fn note(&self, lane: &Lane, attempt: &Attempt, errand: Errand) {
        let now = self.clock.now();
        // A 410 is the word of one installation; the endpoint that says it works.
        let success =
            attempt.outcome.is_success() || matches!(attempt.outcome, Outcome::Answered { status: 410, .. });
        let changed = {
            let mut breaker = lane.breaker();
            breaker.note(success, errand, now, &self.rules).then_some(breaker.phase)
        };
        match changed {
            None => return,
            Some(Phase::Open { failed_probes: 0, .. }) => {
                tracing::warn!(app_id = lane.app_id, failure = %attempt.outcome.failure(), "an endpoint fails too often; its webhooks wait");
            }
            Some(phase) => tracing::info!(app_id = lane.app_id, ?phase, "a broken endpoint was tried"),
        }
        self.changed(lane.app_id);
    }

    /// Nothing waits for a drain any more.
    pub(crate) fn drained(&self, lane: &Lane) {
        if lane.breaker().drained(self.clock.now()) {
            tracing::info!(app_id = lane.app_id, "an endpoint works again");
            self.changed(lane.app_id);
        }
    }

    fn changed(&self, app_id: i64) {
        self.lanes.of(app_id).drained.store(false, Relaxed);
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).insert(app_id);
        self.news.notify_one();
    }

    /// What is to be stored, once.
    pub(crate) fn take_changed(&self) -> Vec<BreakerRow> {
        let changed = std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner));
        changed.into_iter().map(|app_id| self.row(app_id)).collect()
    }

    /// They could not be stored.
    pub(crate) fn give_back(&self, rows: &[BreakerRow]) {
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        changed.extend(rows.iter().map(|row| row.app_id));
    }

    /// Takes what is stored, where that is newer.
    pub(crate) fn adopt(&self, row: &BreakerRow) {
        self.lanes.of(row.app_id).breaker().adopt(row.phase(), row.broken_since, row.version);
    }

    /// Apps whose breaker is not closed, as far as this replica knows.
    pub(crate) fn broken(&self) -> Vec<(Arc<Lane>, Phase)> {
        let lanes = self.lanes.all().into_iter();
        let with_phase = lanes.map(|lane| {
            let phase = lane.breaker().phase;
            (lane, phase)
        });
        with_phase.filter(|(_, phase)| *phase != Phase::Closed).collect()
    }

    fn row(&self, app_id: i64) -> BreakerRow {
        let lane = self.lanes.of(app_id);
        let breaker = lane.breaker();
        BreakerRow::new(app_id, breaker.version, breaker.phase, breaker.broken_since, self.clock.now())
    }
}
