//! A message delivered to a consumer, and how the consumer settles it.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::{Message, in_process, rabbitmq};

/// A message to process. It dereferences to its [`Message`]: `delivery.body`, `delivery.headers`,
/// `delivery.key`.
///
/// Settle it with [`ack`](Self::ack), [`retry`](Self::retry) or [`reject`](Self::reject). A delivery that is
/// dropped unsettled is retried. Settling does not wait and cannot fail: if the connection of the delivery is
/// gone, the broker has put the message back already and delivers it again.
#[derive(Debug)]
pub struct Delivery {
    /// Whether the message was, or may have been, delivered before.
    pub redelivered: bool,
    /// The number of this delivery of the message, starting with 1.
    pub attempt: u32,
    message: Arc<Message>,
    receipt: Receipt,
}

/// How a delivery is settled. Handlers that return this type need no bus in their tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The work is recorded: remove the message.
    Ack,
    /// Deliver the message again, immediately, to any consumer.
    Retry,
    /// The message can never be processed: move it to the dead letters.
    Reject,
}

impl Delivery {
    pub(crate) fn new(message: Arc<Message>, attempt: u32, redelivered: bool, receipt: Receipt) -> Self {
        Self { redelivered, attempt, message, receipt }
    }

    /// Acknowledges the message: the work is recorded, and the message is removed.
    pub fn ack(self) {
        self.settle(Outcome::Ack);
    }

    /// Returns the message to its queue immediately. Each return counts towards the delivery limit, so a
    /// consumer whose database is unavailable should use [`retry_after`](Self::retry_after).
    pub fn retry(self) {
        self.settle(Outcome::Retry);
    }

    /// Returns the message to its queue after `delay`. Until then it occupies the window of the consumer,
    /// which slows the consumer down as intended.
    pub fn retry_after(self, delay: Duration) {
        self.receipt.retry_after(delay);
    }

    /// Moves the message to the dead letters.
    pub fn reject(self) {
        self.settle(Outcome::Reject);
    }

    pub fn settle(self, outcome: Outcome) {
        self.receipt.settle(outcome);
    }

    /// Separates message and receipt, for work that is acknowledged elsewhere.
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

/// The obligation to settle a delivery. Dropping it means retry.
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

    /// Acknowledges the message: the work is recorded, and the message is removed.
    pub fn ack(self) {
        self.settle(Outcome::Ack);
    }

    pub fn settle(mut self, outcome: Outcome) {
        self.answer(outcome);
    }

    /// Returns the message to its queue after `delay`.
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
