//! A subscription to a queue.

use crate::{Delivery, in_process, rabbitmq};

/// Delivers the messages of a queue, with at most `window` of them unsettled. Several consumers of one queue,
/// in one process or many, share its messages.
#[derive(Debug)]
pub struct Consumer(pub(crate) Source);

#[derive(Debug)]
pub(crate) enum Source {
    InProcess(in_process::Subscription),
    RabbitMq(Box<rabbitmq::Subscription>),
}

impl Consumer {
    /// Returns the next message, or `None` once the bus is closed. Waits while the queue is empty, the window
    /// is full or the broker is unavailable. Cancel safe: no message is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Delivery> {
        match &mut self.0 {
            Source::InProcess(subscription) => subscription.next().await,
            Source::RabbitMq(subscription) => subscription.next().await,
        }
    }
}
