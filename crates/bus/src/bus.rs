//! The handle of a bus.

use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;

use crate::consumer::Source;
use crate::in_process::InProcess;
use crate::rabbitmq::RabbitMq;
use crate::{BusConfig, Confirm, Consumer, DeadLetter, Message, Queue, Result, Topic};

/// A message bus. Cheap to clone. It ends when the last clone is dropped or when [`Bus::close`] is called.
#[derive(Clone, Debug)]
pub struct Bus(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    InProcess(InProcess),
    RabbitMq(RabbitMq),
}

impl Bus {
    /// A bus inside this process. Its queues are in memory. Messages that they hold when the process ends are
    /// unconfirmed, so their publishers still have them.
    pub fn in_process(config: &BusConfig) -> Self {
        Self(Arc::new(Kind::InProcess(InProcess::new(config))))
    }

    /// A bus over RabbitMQ 3.10 or newer. Returns immediately and connects in the background, for as long as
    /// necessary. An unavailable broker makes the bus unhealthy and is not an error. Must be called inside a
    /// Tokio runtime.
    ///
    /// # Errors
    /// [`BusError::Config`](crate::BusError::Config) if the URL is invalid.
    pub fn rabbitmq(config: &BusConfig) -> Result<Self> {
        Ok(Self(Arc::new(Kind::RabbitMq(RabbitMq::open(config)?))))
    }

    /// Takes a message and returns without waiting for its confirm. It waits while too many messages are
    /// unconfirmed, while the queue is full, and while the connection is lost, for the publish timeout at
    /// most.
    ///
    /// # Errors
    /// A retryable error ([`BusError::is_retryable`](crate::BusError::is_retryable)) if the bus is
    /// unavailable or full; [`BusError::Invalid`](crate::BusError::Invalid) for a message that no bus can
    /// carry.
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
    /// The first failure. Some of the messages may have arrived. A caller that needs to know which ones
    /// publishes them individually and keeps the confirms.
    pub async fn publish_all(&self, topic: Topic, messages: impl IntoIterator<Item = Message>) -> Result<()> {
        let mut confirms = Vec::new();
        for message in messages {
            confirms.push(self.publish(topic, message).await?);
        }
        try_join_all(confirms).await.map(drop)
    }

    /// Subscribes to a queue, with at most `window` unsettled deliveries (0 counts as 1). The subscription
    /// starts with the first call of [`Consumer::next`].
    pub fn consume(&self, queue: Queue, window: u16) -> Consumer {
        let window = window.max(1);
        Consumer(match &*self.0 {
            Kind::InProcess(bus) => Source::InProcess(bus.consume(queue, window)),
            Kind::RabbitMq(bus) => Source::RabbitMq(Box::new(bus.consume(queue, window))),
        })
    }

    /// Returns up to `max` dead letters of a queue, oldest first, without removing them.
    ///
    /// # Errors
    /// [`BusError::Unavailable`](crate::BusError::Unavailable) if the broker is unavailable.
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

    /// Checks whether messages can be published and consumed right now, for a readiness check.
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
    /// The result of [`Bus::healthy`] at the deadline.
    pub async fn ready(&self, deadline: Duration) -> Result<()> {
        match &*self.0 {
            Kind::InProcess(bus) => bus.healthy(),
            Kind::RabbitMq(bus) => bus.ready(deadline).await,
        }
    }

    /// Deletes the exchanges and queues with the prefix of this bus and all their messages, dead letters
    /// included. For tests, and for removing an installation of Patchbay from a shared broker. A running
    /// publisher or consumer declares them again.
    ///
    /// # Errors
    /// [`BusError::Unavailable`](crate::BusError::Unavailable) if the broker is unavailable.
    pub async fn delete_queues(&self) -> Result<()> {
        match &*self.0 {
            Kind::InProcess(bus) => {
                bus.clear();
                Ok(())
            }
            Kind::RabbitMq(bus) => bus.delete_queues().await,
        }
    }

    /// Closes the bus: consumers get `None`, publishes and unresolved confirms fail, connections are closed.
    /// Await your confirms and settle your deliveries first.
    pub async fn close(&self) {
        match &*self.0 {
            Kind::InProcess(bus) => bus.close(),
            Kind::RabbitMq(bus) => bus.close().await,
        }
    }
}
