use std::sync::Arc;

use patchbay_db::{Db, DbError};
use patchbay_domain::{Clock, Error};
use patchbay_runtime::Stop;
use tokio::sync::{Notify, mpsc};

use super::rules::Rules;
use super::submission::{Recorded, Recorder, Submission};
use super::write::Failure;
use crate::domain::links::Links;
use crate::ids::Ids;
use crate::metrics::TrackerMetrics;

/// A group is not extended beyond this; a single batch may be larger.
const MAX_EVENTS: usize = 2000;
/// Lost against another replica that met the same kinds of errors first: worth repeating at once.
const TRIES: usize = 5;

/// Records what is handed in.
#[derive(Debug)]
pub(crate) struct Worker {
    waiting: mpsc::Receiver<Submission>,
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) links: Links,
    pub(super) metrics: TrackerMetrics,
    pub(super) rules: Rules,
    pub(super) activity_ids: Ids,
    /// Called when numbers changed that rules may be about.
    pub(super) counted: Arc<Notify>,
}

impl Worker {
    pub(crate) fn new(
        db: Db,
        clock: Clock,
        links: Links,
        metrics: TrackerMetrics,
        counted: Arc<Notify>,
    ) -> (Recorder, Self) {
        let (recorder, waiting) = Recorder::new();
        let activity_ids = Ids::new("activity");
        let worker =
            Self { waiting, db, clock, links, metrics, rules: Rules::default(), activity_ids, counted };
        (recorder, worker)
    }

    /// Works until a stop is requested and nothing waits.
    pub(crate) async fn run(mut self, stop: Stop) {
        loop {
            let first = tokio::select! {
                biased;
                first = self.waiting.recv() => first,
                () = stop.requested(), if !self.waiting.is_closed() => {
                    self.waiting.close();
                    continue;
                }
            };
            let Some(first) = first else { return };
            let group = self.gather(first);
            self.record(group).await;
        }
    }

    /// The first batch and what waits behind it.
    fn gather(&mut self, first: Submission) -> Vec<Submission> {
        let mut events = first.events.len();
        let mut group = vec![first];
        while events < MAX_EVENTS {
            let Ok(next) = self.waiting.try_recv() else { break };
            events += next.events.len();
            group.push(next);
        }
        group
    }

    async fn record(&mut self, group: Vec<Submission>) {
        let mut tries = 0;
        let recorded = loop {
            tries += 1;
            match self.write(&group).await {
                Err(Failure::Overtaken) if tries < TRIES => {}
                Err(Failure::Db(DbError::Busy(_) | DbError::UniqueViolation { .. })) if tries < TRIES => {}
                outcome => break outcome,
            }
        };
        match recorded {
            Ok(recorded) => self.answer(group, recorded),
            Err(failure) => {
                let error = Error::from(failure);
                group.into_iter().for_each(|waiting| drop(waiting.answer.send(Err(error.clone()))));
            }
        }
    }

    fn answer(&self, group: Vec<Submission>, recorded: Vec<Recorded>) {
        let mut recorded = recorded.into_iter();
        for waiting in group {
            let own: Vec<_> = recorded.by_ref().take(waiting.events.len()).collect();
            let new = own.iter().filter(|recorded| !recorded.duplicate).count();
            self.metrics.errors_recorded.inc_by(new as u64);
            self.metrics.issues_created.inc_by(own.iter().filter(|recorded| recorded.opened).count() as u64);
            drop(waiting.answer.send(Ok(own)));
        }
    }
}
