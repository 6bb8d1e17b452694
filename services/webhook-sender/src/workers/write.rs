//! Writes what happened, as much of it at once as there is.

use std::sync::Arc;
use std::time::Duration;

use patchbay_db::{Db, DbError};
use patchbay_domain::Clock;
use patchbay_runtime::Stop;

use super::due::Wake;
use crate::domain::delivery::State;
use crate::metrics::SenderMetrics;
use crate::progress::Progress;
use crate::recorder::{Hold, Record, Records, Storage};
use crate::store;

/// Records in one transaction, at most.
const BATCH: usize = 512;

/// Pauses before a write is tried again, and the one from then on. Whatever is not recorded is sent twice, so nothing
/// that has been sent is given back as long as this process lives.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(50), Duration::from_millis(250), Duration::from_millis(700)];
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// The one writer.
#[derive(Debug)]
pub(crate) struct Writer {
    pub db: Db,
    pub clock: Clock,
    pub metrics: SenderMetrics,
    pub storage: Arc<Storage>,
    pub wake: Arc<Wake>,
    pub progress: Arc<Progress>,
    pub stop: Stop,
}

impl Writer {
    /// Writes until nobody is left to record anything.
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

    /// A record that storage refuses for what it is must not keep the others from being written: the batch is
    /// halved until that one stands alone. It is then written without what was said in the attempt, which is all that comes from
    /// outside.
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
                    tracing::error!(%error, "a webhook cannot be recorded as it is; it is recorded without what was said");
                    parts.push(part);
                }
                Err(error) => {
                    tracing::error!(%error, records = part.len(), "webhooks cannot be recorded; they come back");
                    self.metrics.record_failures.inc();
                }
            }
        }
    }

    /// Tries until it succeeds, or a stop is requested, or storage refuses the records for what they are.
    async fn write(&self, records: &[Record]) -> Result<(), DbError> {
        let mut pauses = PAUSES.into_iter().chain(std::iter::repeat(LAST_PAUSE));
        loop {
            match store::record::record(&self.db, records, self.clock.now()).await {
                Err(error) if error.is_retryable() && !self.stop.is_requested() => {
                    if self.storage.records(false) {
                        tracing::warn!(%error, "webhooks cannot be recorded; nothing new is begun until they are");
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
                        self.storage.records(true);
                    }
                    return outcome;
                }
            }
        }
    }

    fn settle(&self, record: Record) {
        if let State::Pending { due_at, .. } = record.state {
            self.wake.at(due_at);
        }
        match &record.hold {
            Hold::Claim(_) => self.progress.due.moved(),
            Hold::Message(_) | Hold::Late(_) | Hold::Nothing => self.progress.bus.moved(),
        }
        match record.hold {
            Hold::Message(ticket) => ticket.recorded(),
            Hold::Claim(claim) => drop(claim),
            Hold::Late(entry) => drop(entry),
            Hold::Nothing => {}
        }
    }
}
