//! What is to be made durable, on its way to the one task that writes.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use patchbay_db::Db;
use patchbay_domain::Clock;
use tokio::sync::{Notify, mpsc, watch};

use crate::attempt::Attempt;
use crate::domain::breaker::Errand;
use crate::domain::delivery::{Delivery, State};
use crate::lane::Lane;
use crate::ticket::Ticket;
use crate::under_way::Entry;
use crate::workers::due::Wake;

/// Records that may wait for the writer. Few: what waits here holds its place in the window anyway.
const BACKLOG: usize = 1024;

/// How long records that nobody waits for gather, as one commit costs about as much as another.
const LINGER: Duration = Duration::from_millis(10);

/// Bodies in one transaction; a few of the largest, and more than many ordinary ones.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// How often a database that failed is asked whether it is back.
const PROBE: Duration = Duration::from_millis(500);

/// What happened to one webhook.
#[derive(Debug)]
pub(crate) struct Record {
    /// As it is after the attempt.
    pub delivery: Delivery,
    pub attempt: Option<Attempt>,
    pub state: State,
    /// Whether there is a row in `deliveries` already, which has to say the same.
    pub has_row: bool,
    pub hold: Hold,
}

impl Record {
    /// Leaves out what was said in the attempt; whether there was anything.
    pub(crate) fn strip(&mut self) -> bool {
        self.attempt.as_mut().is_some_and(|attempt| attempt.exchange.take().is_some())
    }

    /// Whether something goes on only once it is on record: a claimed webhook makes room for the next one, one that is due can
    /// be claimed. A message whose webhooks arrived, or are to be sent later, is acknowledged later, and nobody notices.
    fn is_urgent(&self, now: DateTime<Utc>) -> bool {
        match (&self.hold, &self.state) {
            (Hold::Message(_), State::Delivered) => false,
            (Hold::Message(_), State::Pending { due_at, .. }) => *due_at <= now + LINGER,
            _ => true,
        }
    }
}

/// What is let go of when a webhook is on record.
#[derive(Debug)]
pub(crate) enum Hold {
    /// It came with a message that waits for its acknowledgement.
    Message(Ticket),
    /// It was claimed from the database.
    Claim(Claim),
    /// Its message was acknowledged while its first attempt went on.
    Late(Option<Entry>),
    /// Nobody waits for it.
    Nothing,
}

impl Hold {
    /// On whose account the webhook is sent.
    pub(crate) fn errand(&self) -> Errand {
        match self {
            Self::Claim(claim) => claim.errand,
            Self::Message(_) | Self::Late(_) | Self::Nothing => Errand::Usual,
        }
    }
}

/// One claimed webhook's room in its lane.
#[derive(Debug)]
pub(crate) struct Claim {
    errand: Errand,
    lane: Arc<Lane>,
    wake: Arc<Wake>,
    _under_way: Entry,
    _room: tokio::sync::OwnedSemaphorePermit,
}

impl Claim {
    pub(crate) fn new(
        errand: Errand,
        lane: Arc<Lane>,
        wake: Arc<Wake>,
        under_way: Entry,
        room: tokio::sync::OwnedSemaphorePermit,
    ) -> Self {
        lane.note_claimed();
        Self { errand, lane, wake, _under_way: under_way, _room: room }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.lane.note_settled() {
            self.wake.now();
        }
    }
}

/// Hands records to the writer.
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
    /// Notified when there is a record that somebody waits for.
    urgent: Arc<Notify>,
}

/// A recorder, and the writer's end of it.
pub(crate) fn recorder(clock: Clock) -> (Recorder, Records) {
    let (sender, receiver) = mpsc::channel(BACKLOG);
    let urgent = Arc::new(Notify::new());
    let recorder = Recorder { clock, records: sender, urgent: urgent.clone() };
    (recorder, Records { records: receiver, urgent })
}

impl Records {
    /// The next ones, at most `most`; none when nobody is left to record anything. They gather for a moment, unless one of them
    /// is waited for.
    pub(crate) async fn next(&mut self, most: usize) -> Vec<Record> {
        let Some(first) = self.records.recv().await else { return Vec::new() };
        let mut bytes = first.delivery.body.len();
        let mut batch = vec![first];
        tokio::select! {
            () = tokio::time::sleep(LINGER) => {}
            () = self.urgent.notified() => {}
        }
        while batch.len() < most
            && bytes < MOST_BYTES
            && let Ok(record) = self.records.try_recv()
        {
            bytes += record.delivery.body.len();
            batch.push(record);
        }
        batch
    }
}

impl Recorder {
    /// Waits while the writer is behind. After a hard stop the record is lost, and with it nothing but the
    /// knowledge of an attempt: message or claim come back.
    pub(crate) async fn record(&self, record: Record) {
        let is_urgent = record.is_urgent(self.clock.now());
        let _ = self.records.send(record).await;
        if is_urgent {
            self.urgent.notify_one();
        }
    }
}

/// Whether outcomes can be recorded. While they cannot, nothing new is begun: each attempt without a record
/// is one that is made twice.
#[derive(Debug)]
pub(crate) struct Storage {
    db: Db,
    /// Whether it answered the last question.
    answers: watch::Sender<bool>,
    /// Whether it took the last records. A database may answer and yet take nothing: its disk is full.
    records: watch::Sender<bool>,
}

impl Storage {
    pub(crate) fn new(db: Db) -> Self {
        Self { db, answers: watch::Sender::new(true), records: watch::Sender::new(true) }
    }

    pub(crate) fn failed(&self) {
        self.answers.send_replace(false);
    }

    /// The writer's word; whether it is news.
    pub(crate) fn records(&self, records: bool) -> bool {
        self.records.send_if_modified(|known| std::mem::replace(known, records) != records)
    }

    /// Returns at once unless storage failed, and otherwise once it works again. Cancel safe.
    pub(crate) async fn works(&self) {
        // The sender lives as long as we do.
        let _ = self.records.subscribe().wait_for(|records| *records).await;
        while !*self.answers.borrow() {
            match self.db.ping().await {
                Ok(()) => drop(self.answers.send_replace(true)),
                Err(_) => tokio::time::sleep(PROBE).await,
            }
        }
    }
}

/// The present time of `clock` and `pause` later.
pub(crate) fn later(clock: &Clock, pause: Duration) -> DateTime<Utc> {
    clock.now() + chrono::TimeDelta::from_std(pause).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use patchbay_bus::{Bus, BusConfig, Message, Queue, Topic};
    use patchbay_runtime::metrics::Gauge;
    use tokio::sync::Semaphore;
    use tokio::time::Instant;

    use super::*;
    use crate::domain::delivery::sample;
    use crate::ticket;

    fn record(state: State, hold: Hold) -> Record {
        Record { delivery: sample(), attempt: None, state, has_row: false, hold }
    }

    #[tokio::test(start_paused = true)]
    async fn records_gather_unless_somebody_waits_for_one() {
        let bus = Bus::in_process(&BusConfig::default());
        let message = Message::new("deliveries", "");
        let confirm = bus.publish(Topic::Deliveries, message).await.expect("it publishes");
        let received = bus.consume(Queue::WebhookSender, 1).next().await.expect("it comes");
        let message = ticket::Message::new(received.into_parts().1, 3);
        let room = Arc::new(Semaphore::new(3));
        let arrived = |state| {
            let permit = room.clone().try_acquire_owned().expect("there is room");
            record(state, Hold::Message(message.ticket(ticket::Room::new(permit, Gauge::default()))))
        };

        let clock = Clock::system();
        let later =
            State::Pending { due_at: later(&clock, Duration::from_secs(1)), reason: "busy".to_owned() };
        let (recorder, mut records) = recorder(clock);
        let begun = Instant::now();
        recorder.record(arrived(State::Delivered)).await;
        recorder.record(arrived(later)).await;
        assert_eq!(records.next(10).await.len(), 2);
        assert!(begun.elapsed() >= LINGER);

        let begun = Instant::now();
        recorder.record(arrived(State::Delivered)).await;
        recorder.record(record(State::Dropped { reason: "gone" }, Hold::Nothing)).await;
        assert_eq!(records.next(10).await.len(), 2);
        assert!(begun.elapsed() < LINGER);

        drop(recorder);
        assert!(records.next(10).await.is_empty(), "nobody is left to record anything");
        drop(confirm);
    }
}
