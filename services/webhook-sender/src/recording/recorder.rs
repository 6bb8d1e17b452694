//! The queue of records in front of the writer.

use std::sync::Arc;
use std::time::Duration;

use patchbay_domain::Clock;
use tokio::sync::{Notify, mpsc};

use super::record::Record;

/// Records that may wait for the writer. Few are enough, because a waiting record still holds its share of the window.
const QUEUE: usize = 1024;

/// How long records gather while none of them is urgent: a commit of many costs about as much as a commit of one.
const LINGER: Duration = Duration::from_millis(10);

/// Bodies in one transaction: a few of the largest, and more than many ordinary ones.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Passes records to the writer.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    clock: Clock,
    records: mpsc::Sender<Record>,
    urgent: Arc<Notify>,
}

/// The writer's end.
#[derive(Debug)]
pub(crate) struct Records {
    records: mpsc::Receiver<Record>,
    /// Notified when an urgent record was queued.
    urgent: Arc<Notify>,
}

pub(crate) fn recorder(clock: Clock) -> (Recorder, Records) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let urgent = Arc::new(Notify::new());
    let recorder = Recorder { clock, records: sender, urgent: urgent.clone() };
    (recorder, Records { records: receiver, urgent })
}

impl Records {
    /// The next records, at most `max`; empty when every [`Recorder`] is dropped. They gather for [`LINGER`], unless one of
    /// them is urgent.
    pub(crate) async fn next(&mut self, max: usize) -> Vec<Record> {
        let Some(first) = self.records.recv().await else { return Vec::new() };
        let mut bytes = first.delivery.body.len();
        let mut batch = vec![first];
        tokio::select! {
            () = tokio::time::sleep(LINGER) => {}
            () = self.urgent.notified() => {}
        }
        while batch.len() < max
            && bytes < MAX_BYTES
            && let Ok(record) = self.records.try_recv()
        {
            bytes += record.delivery.body.len();
            batch.push(record);
        }
        batch
    }
}

impl Recorder {
    /// Waits while the writer is behind. After a hard stop the record is lost and the attempt is forgotten: the message or
    /// the claim comes back.
    pub(crate) async fn record(&self, record: Record) {
        let is_urgent = record.is_urgent(self.clock.now(), LINGER);
        let _ = self.records.send(record).await;
        if is_urgent {
            self.urgent.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use patchbay_bus::{Bus, BusConfig, Message, Queue, Topic};
    use patchbay_runtime::metrics::Gauge;
    use tokio::sync::Semaphore;
    use tokio::time::Instant;

    use super::*;
    use crate::domain::delivery::{State, sample};
    use crate::recording::acks::{BatchAck, WindowPermit};
    use crate::recording::origin::Origin;

    fn record(state: State, origin: Origin) -> Record {
        Record { delivery: sample(), attempt: None, state, origin }
    }

    #[tokio::test(start_paused = true)]
    async fn records_gather_until_an_urgent_one_comes() {
        let bus = Bus::in_process(&BusConfig::default());
        let message = Message::new("deliveries", "");
        let confirm = bus.publish(Topic::Deliveries, message).await.expect("it publishes");
        let received = bus.consume(Queue::WebhookSender, 1).next().await.expect("it comes");
        let batch = BatchAck::new(received.into_parts().1, 3, false);
        let window = Arc::new(Semaphore::new(3));
        let from_message = |state| {
            let permit = window.clone().try_acquire_owned().expect("the window has room");
            record(state, Origin::Message(batch.guard(WindowPermit::new(permit, Gauge::default()))))
        };

        let clock = Clock::system();
        let due_at = clock.now() + TimeDelta::seconds(1);
        let (recorder, mut records) = recorder(clock);
        let begun = Instant::now();
        recorder.record(from_message(State::Delivered)).await;
        recorder.record(from_message(State::Pending { due_at, reason: "busy".to_owned() })).await;
        assert_eq!(records.next(10).await.len(), 2);
        assert!(begun.elapsed() >= LINGER);

        let begun = Instant::now();
        recorder.record(from_message(State::Delivered)).await;
        recorder.record(record(State::Dropped { reason: "gone" }, Origin::Unclaimed)).await;
        assert_eq!(records.next(10).await.len(), 2);
        assert!(begun.elapsed() < LINGER);

        drop(recorder);
        assert!(records.next(10).await.is_empty(), "every recorder is dropped");
        drop(confirm);
    }
}
