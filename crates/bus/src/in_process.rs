//! The in-process bus: a bounded queue in memory for each [`Queue`].

mod queue;
mod subscription;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use self::queue::MessageQueue;
pub(crate) use self::queue::Unsettled;
pub(crate) use self::subscription::Subscription;
use crate::{BusConfig, BusError, Confirm, DeadLetter, Message, Queue, Result, Topic};

#[derive(Debug)]
pub(crate) struct InProcess {
    event_fanout: Arc<MessageQueue>,
    webhook_sender: Arc<MessageQueue>,
    tracker: Arc<MessageQueue>,
    issue_sync: Arc<MessageQueue>,
    publish_timeout: Duration,
    closed: CancellationToken,
}

impl InProcess {
    pub(crate) fn new(config: &BusConfig) -> Self {
        let closed = CancellationToken::new();
        Self {
            event_fanout: MessageQueue::new(config, closed.clone()),
            webhook_sender: MessageQueue::new(config, closed.clone()),
            tracker: MessageQueue::new(config, closed.clone()),
            issue_sync: MessageQueue::new(config, closed.clone()),
            publish_timeout: config.publish_timeout,
            closed,
        }
    }

    pub(crate) async fn publish(&self, topic: Topic, message: Message) -> Result<Confirm> {
        let pushed = self.queue(topic.queue()).push(message);
        tokio::time::timeout(self.publish_timeout, pushed).await.unwrap_or(Err(BusError::Full))
    }

    pub(crate) fn consume(&self, queue: Queue, window: u16) -> Subscription {
        Subscription::new(self.queue(queue).clone(), window)
    }

    pub(crate) fn dead_letters(&self, queue: Queue, max: usize) -> Vec<DeadLetter> {
        self.queue(queue).dead_letters(max)
    }

    pub(crate) async fn settle_dead_letters<F: Future<Output = bool>>(
        &self,
        queue: Queue,
        max: usize,
        kept: usize,
        settle: impl Fn(DeadLetter) -> F,
    ) -> usize {
        self.queue(queue).settle_dead_letters(max, kept, settle).await
    }

    pub(crate) fn healthy(&self) -> Result<()> {
        if self.closed.is_cancelled() { Err(BusError::Closed) } else { Ok(()) }
    }

    pub(crate) fn close(&self) {
        self.closed.cancel();
        self.clear();
    }

    pub(crate) fn clear(&self) {
        self.event_fanout.clear();
        self.webhook_sender.clear();
        self.tracker.clear();
        self.issue_sync.clear();
    }

    fn queue(&self, queue: Queue) -> &Arc<MessageQueue> {
        match queue {
            Queue::EventFanout => &self.event_fanout,
            Queue::WebhookSender => &self.webhook_sender,
            Queue::Tracker => &self.tracker,
            Queue::IssueSync => &self.issue_sync,
        }
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        self.close();
    }
}
