//! A consumer of a queue in memory.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::queue::{MessageQueue, Unsettled};
use crate::Delivery;
use crate::delivery::{Receipt, Unsettled as AnyUnsettled};

#[derive(Debug)]
pub(crate) struct Subscription {
    queue: Arc<MessageQueue>,
    window: Arc<Semaphore>,
}

impl Subscription {
    pub(super) fn new(queue: Arc<MessageQueue>, window: u16) -> Self {
        Self { queue, window: Arc::new(Semaphore::new(window.into())) }
    }

    pub(crate) async fn next(&mut self) -> Option<Delivery> {
        let place = self.queue.unless_closed(self.window.clone().acquire_owned()).await?.ok()?;
        let envelope = self.queue.pop().await?;
        let (message, attempt) = (envelope.message.clone(), envelope.attempt);
        let unsettled = Unsettled { queue: self.queue.clone(), envelope, _place: place };
        let receipt = Receipt::new(AnyUnsettled::InProcess(unsettled));
        Some(Delivery::new(message, attempt, attempt > 1, receipt))
    }
}
