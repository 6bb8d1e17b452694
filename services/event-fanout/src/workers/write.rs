//! Makes all waiting events durable in one transaction.
//!
//! There is no waiting window: while one group is committed, the next one gathers, so groups grow with the load.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use patchbay_db::{Db, DbError};
use patchbay_domain::Error;
use patchbay_runtime::Stop;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::Instant;
use uuid::Uuid;

use crate::accept::{Accepted, Submission};
use crate::domain::decision::match_all;
use crate::domain::event::Event;
use crate::handover::in_flight::InFlight;
use crate::handover::ready::{self, Ready};
use crate::metrics::FanoutMetrics;
use crate::store::{self, Undecided};
use crate::subscriptions::Subscriptions;

/// A group takes no further submission beyond these sizes. A single submission may be larger.
const MAX_EVENTS: usize = 1024;
const MAX_KIB: usize = 8 * 1024;
/// Tries of a transaction that lost against another replica with the same idempotency keys.
const TRIES: usize = 3;
/// How long the writer waits for space in the queue of the hand-over before it leaves events to the recovery.
const PATIENCE: Duration = Duration::from_secs(1);

pub(crate) struct Write {
    pub(crate) submissions: mpsc::Receiver<Submission>,
    pub(crate) db: Db,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) ready: mpsc::Sender<Ready>,
    pub(crate) in_flight: InFlight,
    pub(crate) recover_after: Duration,
    pub(crate) metrics: FanoutMetrics,
}

impl Write {
    /// Runs until a stop is requested and the queue is empty.
    pub(crate) async fn run(mut self, stop: Stop) {
        let mut patience = PATIENCE;
        loop {
            let first = tokio::select! {
                biased;
                first = self.submissions.recv() => first,
                () = stop.requested(), if !self.submissions.is_closed() => {
                    self.submissions.close();
                    continue;
                }
            };
            let Some(first) = first else { return };
            let group = self.gather(first);
            patience = self.write(group, patience).await;
        }
    }

    /// The first submission and those that wait behind it.
    fn gather(&mut self, first: Submission) -> Vec<Submission> {
        let size = |submission: &Submission| {
            (submission.events.len(), submission.memory.as_ref().map_or(0, OwnedSemaphorePermit::num_permits))
        };
        let (mut events, mut kib) = size(&first);
        let mut group = vec![first];
        while events < MAX_EVENTS && kib < MAX_KIB {
            let Ok(next) = self.submissions.try_recv() else { break };
            let (more_events, more_kib) = size(&next);
            (events, kib) = (events + more_events, kib + more_kib);
            group.push(next);
        }
        group
    }

    /// Writes a group and answers the callers. Returns how long the next group may wait for the hand-over.
    async fn write(&mut self, group: Vec<Submission>, patience: Duration) -> Duration {
        let events: Vec<_> = group.iter().flat_map(|submission| submission.events.iter().cloned()).collect();
        let begun = Instant::now();
        // Unique even if that event turns out to be a duplicate.
        let group_id = events.first().map(|event| event.id).unwrap_or_default();
        let mut decisions = self.decide(&events);
        // Before the commit, because the recovery may claim the group right after it, and must not hand it over a second time.
        self.in_flight.begin(group_id, events.len());
        let accepted = match self.insert(group_id, &events, &mut decisions).await {
            Ok(accepted) => accepted,
            Err(error) => {
                self.in_flight.begin(group_id, 0);
                let error = Error::from(error);
                for submission in group {
                    drop(submission.answer.send(Err(error.clone())));
                }
                return patience;
            }
        };
        self.metrics.commit_seconds.observe(begun.elapsed().as_secs_f64());
        self.metrics.commit_size.observe(events.len() as f64);
        let decided = accepted.iter().zip(&decisions).filter(|(_, decisions)| decisions.is_some());
        self.in_flight.begin(group_id, decided.filter(|(accepted, _)| !accepted.duplicate).count());
        let ready = self.answer(group, group_id, accepted, decisions);
        self.pass_on(ready, patience).await
    }

    /// The installations that receive the events. Before the first snapshot of subscriptions nothing is decided, and the recovery
    /// decides later.
    fn decide(&self, events: &[Arc<Event>]) -> Vec<Undecided> {
        if self.subscriptions.version().is_none() {
            return vec![None; events.len()];
        }
        let index = self.subscriptions.read();
        events.iter().map(|event| Some(match_all(&index, event))).collect()
    }

    async fn insert(
        &self,
        group_id: Uuid,
        events: &[Arc<Event>],
        decisions: &mut [Undecided],
    ) -> Result<Vec<Accepted>, DbError> {
        let recover_after = TimeDelta::from_std(self.recover_after).unwrap_or(TimeDelta::MAX);
        let mut tries = 0;
        loop {
            tries += 1;
            match store::insert_events(&self.db, group_id, events, decisions, recover_after).await {
                Err(DbError::Busy(_)) if tries < TRIES => {}
                result => return result,
            }
        }
    }

    /// Responds to the callers, and returns the events to hand over.
    fn answer(
        &self,
        group: Vec<Submission>,
        group_id: Uuid,
        accepted: Vec<Accepted>,
        decisions: Vec<Undecided>,
    ) -> Vec<Ready> {
        let (mut accepted, mut decisions) = (accepted.into_iter(), decisions.into_iter());
        let mut ready = Vec::with_capacity(accepted.len());
        self.report_conflicts(&group, accepted.as_slice());
        for mut submission in group {
            let answers: Vec<_> = accepted.by_ref().take(submission.events.len()).collect();
            let decisions = decisions.by_ref().take(answers.len());
            let mut new = 0;
            for ((event, answer), decisions) in submission.events.into_iter().zip(&answers).zip(decisions) {
                if answer.duplicate {
                    self.metrics.duplicates.inc();
                    continue;
                }
                new += 1;
                let Some(decisions) = decisions else { continue };
                let memory = submission.memory.as_mut().and_then(|memory| memory.split(event.kib() as usize));
                ready.push(Ready::new(event, group_id, decisions, false, memory));
            }
            self.metrics.count_accepted(submission.source, new);
            drop(submission.answer.send(Ok(answers)));
        }
        ready
    }

    /// Logs one line for all of them, because a faulty producer may reuse a key for every event.
    fn report_conflicts(&self, group: &[Submission], accepted: &[Accepted]) {
        let events = group.iter().flat_map(|submission| &submission.events);
        let mut conflicts = events.zip(accepted).filter(|(_, accepted)| accepted.content_differs);
        let Some((event, holder)) = conflicts.next() else { return };
        let count = 1 + conflicts.count() as u64;
        self.metrics.key_conflicts.inc_by(count);
        tracing::warn!(
            count,
            organization_id = event.organization_id,
            event_id = %holder.id,
            "events came with the idempotency key of an earlier event and other content; they were not accepted"
        );
    }

    /// Queues events for the hand-over. If its queue stays full, they are left to the recovery.
    async fn pass_on(&self, ready: Vec<Ready>, patience: Duration) -> Duration {
        let mut ready = ready.into_iter().peekable();
        while ready.peek().is_some() {
            let wanted = ready.len().min(ready::LIMIT);
            match tokio::time::timeout(patience, self.ready.reserve_many(wanted)).await {
                Ok(Ok(places)) => places.zip(ready.by_ref()).for_each(|(place, event)| place.send(event)),
                Ok(Err(_)) | Err(_) => {
                    let left: Vec<_> = ready.map(|ready| ready.group_id).collect();
                    self.in_flight.failed(&left);
                    self.metrics.deferred.inc_by(left.len() as u64);
                    return Duration::ZERO;
                }
            }
        }
        PATIENCE
    }
}
