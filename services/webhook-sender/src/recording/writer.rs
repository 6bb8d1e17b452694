//! Writes records to the database, many in one transaction.

use std::sync::Arc;
use std::time::Duration;

use patchbay_db::{Db, DbError};
use patchbay_domain::Clock;
use patchbay_runtime::Stop;

use super::due_signal::DueSignal;
use super::origin::Origin;
use super::record::Record;
use super::recorder::Records;
use super::storage::Storage;
use crate::domain::delivery::State;
use crate::metrics::SenderMetrics;
use crate::progress::Progress;
use crate::store;

/// Records in one transaction.
const BATCH: usize = 512;

/// Pauses before the first retries of a write. A webhook without a record is sent twice, so the writer retries as long as
/// the process lives and returns no message.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(50), Duration::from_millis(250), Duration::from_millis(700)];
/// Pause before each further retry.
const LAST_PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Writer {
    pub db: Db,
    pub clock: Clock,
    pub metrics: SenderMetrics,
    pub storage: Arc<Storage>,
    pub due: Arc<DueSignal>,
    pub progress: Arc<Progress>,
    pub stop: Stop,
}

impl Writer {
    /// Writes until every recorder is dropped.
    pub(crate) async fn run(self, mut records: Records) {
        loop {
            let batch = records.next(BATCH).await;
            if batch.is_empty() {
                return;
            }
            self.metrics.batch_size.observe(batch.len() as f64);
            self.write_or_split(batch).await;
        }
    }

    /// A record that the database refuses for its content must not block the others: the batch is halved until that
    /// record stands alone, and it is then written without its exchange.
    async fn write_or_split(&self, batch: Vec<Record>) {
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            match self.write(&part).await {
                Ok(()) => part.into_iter().for_each(|record| self.settle(record)),
                Err(error) if part.len() > 1 && !error.is_retryable() => {
                    let rest = part.split_off(part.len() / 2);
                    parts.extend([rest, part]);
                }
                Err(error) if !error.is_retryable() && part.iter_mut().any(Record::strip) => {
                    tracing::error!(%error, "a webhook could not be recorded; it is recorded without request and response");
                    parts.push(part);
                }
                Err(error) => {
                    tracing::error!(%error, records = part.len(), "webhooks could not be recorded; their messages or claims return");
                    self.metrics.record_failures.inc();
                }
            }
        }
    }

    /// Retries until the write succeeds, a stop is requested, or the database refuses the content.
    async fn write(&self, records: &[Record]) -> Result<(), DbError> {
        let mut pauses = PAUSES.into_iter().chain(std::iter::repeat(LAST_PAUSE));
        loop {
            match store::record::record(&self.db, records, self.clock.now()).await {
                Err(error) if error.is_retryable() && !self.stop.is_requested() => {
                    if self.storage.set_writes(false) {
                        tracing::warn!(%error, "webhooks could not be recorded; no attempt starts until they are");
                        self.metrics.record_failures.inc();
                    }
                    let pause = pauses.next().unwrap_or(LAST_PAUSE);
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = self.stop.requested() => {}
                    }
                }
                outcome => {
                    if outcome.is_ok() {
                        self.storage.set_writes(true);
                    }
                    return outcome;
                }
            }
        }
    }

    fn settle(&self, record: Record) {
        if let State::Pending { due_at, .. } = record.state {
            self.due.at(due_at);
        }
        match &record.origin {
            Origin::Claim(_) => self.progress.due.moved(),
            Origin::Message(_) | Origin::Acknowledged { .. } | Origin::Returned | Origin::Unclaimed => {
                self.progress.bus.moved();
            }
        }
        if let Origin::Message(guard) = record.origin {
            guard.recorded();
        }
    }
}
