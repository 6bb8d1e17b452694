//! The handle everybody holds.

use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;

use crate::consumer::Source;
use crate::in_process::InProcess;
use crate::rabbitmq::RabbitMq;
use crate::{BusConfig, Confirm, Consumer, DeadLetter, Message, Queue, Result, Topic};

/// A message bus. Clones share it; when the last one is dropped, or at [`Bus::close`], it ends.
#[derive(Clone, Debug)]
pub struct Bus(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    InProcess(InProcess),
    RabbitMq(RabbitMq),
}

impl Bus {
    /// A bus inside this process. Its queues are memory: what they hold when the process ends is
    /// still unconfirmed, and so still with its publishers.
    pub fn in_process(config: &BusConfig) -> Self {
        Self(Arc::new(Kind::InProcess(InProcess::new(config))))
    }

    /// A bus over RabbitMQ 3.10 or newer. Returns at once and connects in the background, for as long
    /// as it takes: a broker that is away is an unhealthy bus, not an error. Must be called inside a
    /// Tokio runtime.
    ///
    /// # Errors
    /// [`BusError::Config`](crate::BusError::Config) when the URL is none.
    pub fn rabbitmq(config: &BusConfig) -> Result<Self> {
        Ok(Self(Arc::new(Kind::RabbitMq(RabbitMq::open(config)?))))
    }

    /// Hands a message over and returns without waiting for its confirm. It waits for room (too many
    /// unconfirmed, or the queue full) and for a lost connection, at most the publish timeout.
    ///
    /// # Errors
    /// Retryable ones ([`BusError::is_retryable`](crate::BusError::is_retryable)) when the bus is away or
    /// full; [`BusError::Invalid`](crate::BusError::Invalid) for a message that no bus can carry.
    pub async fn publish(&self, topic: Topic, message: Message) -> Result<Confirm> {
        message.check()?;
        match &*self.0 {
            Kind::InProcess(bus) => bus.publish(topic, message).await,
            Kind::RabbitMq(bus) => bus.publish(topic, message).await,
        }
    }

    /// Publishes all messages in order and waits until all are confirmed.
    ///
    /// # Errors
    /// The first failure; which of the messages arrived is then unknown. Who has to know publishes
    /// one by one and keeps the confirms.
    pub async fn publish_all(&self, topic: Topic, messages: impl IntoIterator<Item = Message>) -> Result<()> {
        let mut confirms = Vec::new();
        for message in messages {
            confirms.push(self.publish(topic, message).await?);
        }
        try_join_all(confirms).await.map(drop)
    }

    /// Subscribes to a queue, with at most `window` deliveries unanswered (0 counts as 1). The
    /// subscription begins with the first call of [`Consumer::next`].
    pub fn consume(&self, queue: Queue, window: u16) -> Consumer {
        let window = window.max(1);
        Consumer(match &*self.0 {
            Kind::InProcess(bus) => Source::InProcess(bus.consume(queue, window)),
            Kind::RabbitMq(bus) => Source::RabbitMq(Box::new(bus.consume(queue, window))),
        })
    }

    /// Up to `max` dead letters of a queue, oldest first; they stay where they are.
    ///
    /// # Errors
    /// [`BusError::Unavailable`](crate::BusError::Unavailable) when the broker is away.
    pub async fn dead_letters(&self, queue: Queue, max: usize) -> Result<Vec<DeadLetter>> {
        match &*self.0 {
            Kind::InProcess(bus) => Ok(bus.dead_letters(queue, max)),
            Kind::RabbitMq(bus) => bus.dead_letters(queue, max).await,
        }
    }

    /// Hands up to `max` dead letters of a queue to `settle` and forgets those for which it says so. Returns how many stay.
    ///
    /// Does nothing while there are no more than `kept`, the number that stayed the last time: from RabbitMQ 4 on a broker
    /// drops what was looked at too often.
    ///
    /// # Errors
    /// [`BusError::Unavailable`](crate::BusError::Unavailable) when the broker is away.
    pub async fn settle_dead_letters<F>(
        &self,
        queue: Queue,
        max: usize,
        kept: usize,
        settle: impl Fn(DeadLetter) -> F,
    ) -> Result<usize>
    where
        F: Future<Output = bool>,
    {
        match &*self.0 {
            Kind::InProcess(bus) => Ok(bus.settle_dead_letters(queue, max, kept, settle).await),
            Kind::RabbitMq(bus) => bus.settle_dead_letters(queue, max, kept, settle).await,
        }
    }

    /// Whether messages can go through right now; for a readiness check.
    ///
    /// # Errors
    /// [`BusError::Unavailable`](crate::BusError::Unavailable) with the reason, or
    /// [`BusError::Closed`](crate::BusError::Closed).
    pub fn healthy(&self) -> Result<()> {
        match &*self.0 {
            Kind::InProcess(bus) => bus.healthy(),
            Kind::RabbitMq(bus) => bus.healthy(),
        }
    }

    /// Waits until the bus is healthy, at most `deadline`.
    ///
    /// # Errors
    /// What [`Bus::healthy`] says at the end.
    pub async fn ready(&self, deadline: Duration) -> Result<()> {
        match &*self.0 {
            Kind::InProcess(bus) => bus.healthy(),
            Kind::RabbitMq(bus) => bus.ready(deadline).await,
        }
    }

    /// Deletes the exchanges and queues of this bus (of its prefix, that is) with all they hold, dead
    /// letters included. For tests, and for removing an installation from a shared broker. A publisher or
    /// consumer that is still at work declares them again.
    ///
    /// # Errors
    /// [`BusError::Unavailable`](crate::BusError::Unavailable) when the broker is away.
    pub async fn delete_queues(&self) -> Result<()> {
        match &*self.0 {
            Kind::InProcess(bus) => {
                bus.clear();
                Ok(())
            }
            Kind::RabbitMq(bus) => bus.delete_queues().await,
        }
    }

    /// Ends the bus: consumers get `None`, publishes and unresolved confirms fail, connections are closed.
    /// Await the confirms you need and answer your deliveries first.
    pub async fn close(&self) {
        match &*self.0 {
            Kind::InProcess(bus) => bus.close(),
            Kind::RabbitMq(bus) => bus.close().await,
        }
    }
}
