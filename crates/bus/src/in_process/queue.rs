//! One queue in memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::confirm::Answer;
use crate::{BusConfig, BusError, Confirm, DeadLetter, DeadReason, Message, Outcome, Result};

pub(super) struct MessageQueue {
    ready: Mutex<VecDeque<Envelope>>,
    arrived: Notify,
    /// Each message holds a permit until it is settled for good, so returning a message never has to wait for
    /// capacity.
    room: Arc<Semaphore>,
    dead: Mutex<VecDeque<DeadLetter>>,
    dead_letter_limit: usize,
    delivery_limit: u32,
    closed: CancellationToken,
}

pub(super) struct Envelope {
    pub(super) message: Arc<Message>,
    /// How often the message has been delivered, including the current delivery.
    pub(super) attempt: u32,
    answer: Answer,
    _room: OwnedSemaphorePermit,
}

impl MessageQueue {
    pub(super) fn new(config: &BusConfig, closed: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            ready: Mutex::default(),
            arrived: Notify::new(),
            room: Arc::new(Semaphore::new((config.queue_limit as usize).min(Semaphore::MAX_PERMITS))),
            dead: Mutex::default(),
            dead_letter_limit: config.dead_letter_limit as usize,
            delivery_limit: config.delivery_limit,
            closed,
        })
    }

    pub(super) async fn push(&self, message: Message) -> Result<Confirm> {
        let room = self.unless_closed(self.room.clone().acquire_owned()).await;
        let Some(Ok(room)) = room else { return Err(BusError::Closed) };
        let (answer, confirm) = Confirm::new();
        let envelope = Envelope { message: Arc::new(message), attempt: 0, answer, _room: room };
        self.make_ready(|ready| ready.push_back(envelope));
        Ok(confirm)
    }

    /// `None` once the bus is closed.
    pub(super) async fn unless_closed<F: Future>(&self, wait: F) -> Option<F::Output> {
        self.closed.run_until_cancelled(wait).await
    }

    /// The next message; `None` once the bus is closed.
    pub(super) async fn pop(&self) -> Option<Envelope> {
        loop {
            let arrived = self.arrived.notified();
            if self.closed.is_cancelled() {
                return None;
            }
            if let Some(mut envelope) = self.take_ready() {
                envelope.attempt += 1;
                return Some(envelope);
            }
            self.unless_closed(arrived).await;
        }
    }

    fn take_ready(&self) -> Option<Envelope> {
        let mut ready = lock(&self.ready);
        let first = ready.pop_front();
        // `Notify` stores one wake-up at most, so each consumer that found a message wakes the next consumer.
        if !ready.is_empty() {
            self.arrived.notify_one();
        }
        first
    }

    fn settle(&self, envelope: Envelope, outcome: Outcome) {
        match outcome {
            Outcome::Ack => drop(envelope.answer.send(Ok(()))),
            Outcome::Reject => self.bury(envelope, DeadReason::Rejected),
            Outcome::Retry if envelope.attempt > self.delivery_limit => {
                self.bury(envelope, DeadReason::DeliveryLimit);
            }
            Outcome::Retry => self.make_ready(|ready| ready.push_front(envelope)),
        }
    }

    fn make_ready(&self, put: impl FnOnce(&mut VecDeque<Envelope>)) {
        put(&mut lock(&self.ready));
        self.arrived.notify_one();
        // Closing the bus may have cleared the queue in the meantime.
        if self.closed.is_cancelled() {
            self.clear();
        }
    }

    fn bury(&self, envelope: Envelope, reason: DeadReason) {
        tracing::warn!(key = envelope.message.key, ?reason, "a message became a dead letter");
        let message = Arc::unwrap_or_clone(envelope.message);
        {
            let mut dead = lock(&self.dead);
            dead.push_back(DeadLetter { message, reason });
            let surplus = dead.len().saturating_sub(self.dead_letter_limit);
            dead.drain(..surplus);
        }
        // Sent after the dead letter is stored, so that a caller who sees the error can inspect it.
        drop(envelope.answer.send(Err(BusError::DeadLettered)));
    }

    pub(super) fn dead_letters(&self, max: usize) -> Vec<DeadLetter> {
        lock(&self.dead).iter().take(max).cloned().collect()
    }

    /// Takes the oldest dead letters out, and puts those back that are to stay.
    pub(super) async fn settle_dead_letters<F: Future<Output = bool>>(
        &self,
        max: usize,
        kept: usize,
        settle: impl Fn(DeadLetter) -> F,
    ) -> usize {
        let letters: Vec<_> = {
            let mut dead = lock(&self.dead);
            if dead.len() <= kept {
                return dead.len();
            }
            let count = dead.len().min(max);
            dead.drain(..count).collect()
        };
        let mut stay = Vec::new();
        for letter in letters {
            if !settle(letter.clone()).await {
                stay.push(letter);
            }
        }
        let mut dead = lock(&self.dead);
        for letter in stay.into_iter().rev() {
            dead.push_front(letter);
        }
        dead.len()
    }

    /// Drops the waiting messages, which fails their confirms, and the dead letters.
    pub(super) fn clear(&self) {
        let waiting = std::mem::take(&mut *lock(&self.ready));
        drop(waiting);
        lock(&self.dead).clear();
    }
}

impl std::fmt::Debug for MessageQueue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageQueue").field("ready", &lock(&self.ready).len()).finish_non_exhaustive()
    }
}

/// A delivery of this bus that is not settled yet.
pub(crate) struct Unsettled {
    pub(super) queue: Arc<MessageQueue>,
    pub(super) envelope: Envelope,
    /// The permit of the consumer's window.
    pub(super) _place: OwnedSemaphorePermit,
}

impl Unsettled {
    pub(crate) fn settle(self, outcome: Outcome) {
        self.queue.settle(self.envelope, outcome);
    }
}

impl std::fmt::Debug for Unsettled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unsettled").field("attempt", &self.envelope.attempt).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
