//! A message handed to a consumer, and what the consumer says about it.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::{Message, in_process, rabbitmq};

/// A message to work on. It dereferences to its [`Message`]: `delivery.body`, `delivery.headers`, `delivery.key`.
///
/// Answer with [`ack`](Self::ack), [`retry`](Self::retry) or [`reject`](Self::reject); a delivery
/// dropped without an answer is retried. Answers do not wait and cannot fail: if the connection the
/// delivery came over is gone, the broker has put the message back already and it will come again.
#[derive(Debug)]
pub struct Delivery {
    /// Whether the message was, or may have been, delivered before.
    pub redelivered: bool,
    /// The how-manieth delivery of the message this is, from 1.
    pub attempt: u32,
    message: Arc<Message>,
    receipt: Receipt,
}

/// What a consumer can say about a delivery. Handlers that return this need no bus in their tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The work is on record: forget the message.
    Ack,
    /// Deliver it again, at once, to whichever consumer is free.
    Retry,
    /// It can never succeed: move it to the dead letters.
    Reject,
}

impl Delivery {
    pub(crate) fn new(message: Arc<Message>, attempt: u32, redelivered: bool, receipt: Receipt) -> Self {
        Self { redelivered, attempt, message, receipt }
    }

    /// The work is on record: forget the message.
    pub fn ack(self) {
        self.settle(Outcome::Ack);
    }

    /// Puts the message back at once. Each return counts towards the delivery limit, so a consumer
    /// whose database is away should use [`retry_after`](Self::retry_after).
    pub fn retry(self) {
        self.settle(Outcome::Retry);
    }

    /// Puts the message back after `delay`. It keeps its place in the consumer's window meanwhile,
    /// which slows the consumer down as it should.
    pub fn retry_after(self, delay: Duration) {
        self.receipt.retry_after(delay);
    }

    /// Moves the message to the dead letters.
    pub fn reject(self) {
        self.settle(Outcome::Reject);
    }

    /// Says `outcome`.
    pub fn settle(self, outcome: Outcome) {
        self.receipt.settle(outcome);
    }

    /// Parts content and receipt, for work whose acknowledgement happens elsewhere.
    pub fn into_parts(self) -> (Arc<Message>, Receipt) {
        (self.message, self.receipt)
    }
}

impl Deref for Delivery {
    type Target = Message;

    fn deref(&self) -> &Message {
        &self.message
    }
}

/// The duty to answer for a delivery. Dropped, it means retry.
#[derive(Debug)]
#[must_use = "dropping a receipt puts its message back into the queue"]
pub struct Receipt(Option<Unsettled>);

#[derive(Debug)]
pub(crate) enum Unsettled {
    InProcess(in_process::Unsettled),
    RabbitMq(rabbitmq::Unsettled),
}

impl Receipt {
    pub(crate) fn new(unsettled: Unsettled) -> Self {
        Self(Some(unsettled))
    }

    /// The work is on record: forget the message.
    pub fn ack(self) {
        self.settle(Outcome::Ack);
    }

    /// Says `outcome`.
    pub fn settle(mut self, outcome: Outcome) {
        self.answer(outcome);
    }

    /// Puts the message back after `delay`.
    pub fn retry_after(self, delay: Duration) {
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            self.settle(Outcome::Retry);
        });
    }

    fn answer(&mut self, outcome: Outcome) {
        match self.0.take() {
            Some(Unsettled::InProcess(unsettled)) => unsettled.settle(outcome),
            Some(Unsettled::RabbitMq(unsettled)) => unsettled.settle(outcome),
            None => {}
        }
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        self.answer(Outcome::Retry);
    }
}
