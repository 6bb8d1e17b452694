use std::sync::Arc;

use patchbay_db::{Db, DbError};
use patchbay_domain::{Clock, Error};
use patchbay_runtime::Stop;
use tokio::sync::{Notify, mpsc};

use super::prepared::Failure;
use super::rules::Rules;
use super::submission::{Recorded, Recorder, Submission};
use super::writer::Writer;
use crate::domain::links::Links;
use crate::domain::project;
use crate::id_block::IdBlock;
use crate::metrics::TrackerMetrics;

/// A batch with this many errors takes no further request. The errors of one request stay together, so a batch can be larger.
const MAX_EVENTS: usize = 2000;
/// A batch can fail because another replica opened the same issues first. Repeating it at once succeeds.
const MAX_TRIES: usize = 5;

/// Records the errors of the queue, batch after batch.
#[derive(Debug)]
pub(crate) struct Worker {
    waiting: mpsc::Receiver<Submission>,
    writer: Writer,
    metrics: TrackerMetrics,
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
        let (rules, activity_ids) = (Rules::default(), IdBlock::new("activity"));
        let writer = Writer { db, clock, links, rules, activity_ids, counted };
        (recorder, Self { waiting, writer, metrics })
    }

    /// Runs until a stop is requested and the queue is empty.
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
            let batch = self.gather(first);
            self.record(batch).await;
        }
    }

    /// The first request and those that wait behind it.
    fn gather(&mut self, first: Submission) -> Vec<Submission> {
        let mut events = first.events.len();
        let mut batch = vec![first];
        while events < MAX_EVENTS {
            let Ok(next) = self.waiting.try_recv() else { break };
            events += next.events.len();
            batch.push(next);
        }
        batch
    }

    async fn record(&mut self, mut batch: Vec<Submission>) {
        let mut tries = 0;
        let recorded = loop {
            tries += 1;
            match self.writer.write(&batch).await {
                // Only the requests of deleted projects are refused. Each time there are fewer.
                Err(Failure::ProjectsDeleted(deleted)) => {
                    let of_deleted =
                        batch.extract_if(.., |submission| deleted.contains(&submission.source.project.id));
                    refuse(of_deleted, &project::not_found());
                    if batch.is_empty() {
                        return;
                    }
                    tries -= 1;
                }
                Err(Failure::Overtaken) if tries < MAX_TRIES => {}
                Err(Failure::Db(DbError::Busy(_) | DbError::UniqueViolation { .. })) if tries < MAX_TRIES => {
                }
                outcome => break outcome,
            }
        };
        match recorded {
            Ok(recorded) => self.respond(batch, recorded),
            Err(failure) => refuse(batch, &Error::from(failure)),
        }
    }

    fn respond(&self, batch: Vec<Submission>, recorded: Vec<Recorded>) {
        let mut recorded = recorded.into_iter();
        for submission in batch {
            let own: Vec<_> = recorded.by_ref().take(submission.events.len()).collect();
            let new = own.iter().filter(|recorded| !recorded.duplicate).count();
            self.metrics.errors_recorded.inc_by(new as u64);
            self.metrics.issues_created.inc_by(own.iter().filter(|recorded| recorded.opened).count() as u64);
            // The caller may have disconnected.
            drop(submission.response.send(Ok(own)));
        }
    }
}

fn refuse(requests: impl IntoIterator<Item = Submission>, error: &Error) {
    // The caller may have disconnected.
    requests.into_iter().for_each(|submission| drop(submission.response.send(Err(error.clone()))));
}
