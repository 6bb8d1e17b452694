//! A subscription to a queue.

use crate::{Delivery, in_process, rabbitmq};

/// Delivers a queue's messages, at most its window of them unanswered at a time. Several consumers of
/// one queue, in one process or many, share its messages.
#[derive(Debug)]
pub struct Consumer(pub(crate) Source);

#[derive(Debug)]
pub(crate) enum Source {
    InProcess(in_process::Subscription),
    RabbitMq(Box<rabbitmq::Subscription>),
}

impl Consumer {
    /// The next message; `None` once the bus is closed. Waits while there is none, while the window
    /// is full and while the broker is away. Cancel safe: nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Delivery> {
        match &mut self.0 {
            Source::InProcess(subscription) => subscription.next().await,
            Source::RabbitMq(subscription) => subscription.next().await,
        }
    }
}
