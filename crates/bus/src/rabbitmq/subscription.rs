//! A consumer of a RabbitMQ queue.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{Channel, Connection};
use tokio::time::{Instant, sleep_until, timeout};

use super::link::Backoff;
use super::{Link, Shared, link, properties};
use crate::delivery::{Receipt, Unsettled as AnyUnsettled};
use crate::{Delivery, Message, Outcome, Queue};

pub(crate) struct Subscription {
    shared: Arc<Shared>,
    link: Link,
    queue: Queue,
    window: u16,
    state: State,
}

enum State {
    /// Stored as a future, so that a caller who stops waiting and calls again does not restart it.
    Subscribing(BoxFuture<'static, Stream>),
    Consuming(Stream),
}

/// A subscription on one channel. It ends with the channel and its connection.
struct Stream {
    deliveries: lapin::Consumer,
    channel: Arc<Channel>,
    connection: Arc<Connection>,
    check: Check,
}

impl Stream {
    /// Whether the broker still counts a consumer on the queue.
    async fn is_known(&self, queue: &str) -> bool {
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let declaring = self.channel.queue_declare(queue.into(), passive, FieldTable::default());
        matches!(timeout(CHECK_TIMEOUT, declaring).await, Ok(Ok(queue)) if queue.consumer_count() > 0)
    }
}

/// When to ask the broker whether it still knows the consumer of a silent queue.
///
/// A consumer that subscribes while its queue is being deleted can be attached to the old queue. The broker then forgets it
/// without sending a cancellation. This happens only right after a subscription, so the first check comes early and the
/// pauses double.
struct Check {
    at: Instant,
    pause: Duration,
}

const FIRST_CHECK: Duration = Duration::from_millis(250);
const LONGEST_CHECK_PAUSE: Duration = Duration::from_secs(10);
const CHECK_TIMEOUT: Duration = Duration::from_secs(5);

impl Check {
    fn of_new_subscription() -> Self {
        Self { at: Instant::now() + FIRST_CHECK, pause: FIRST_CHECK }
    }

    /// After a check or a delivery, both of which show that the subscription works.
    fn postpone(&mut self) {
        self.pause = (self.pause * 2).min(LONGEST_CHECK_PAUSE);
        self.at = Instant::now() + self.pause;
    }
}

impl Subscription {
    pub(super) fn new(shared: Arc<Shared>, link: Link, queue: Queue, window: u16) -> Self {
        let state = State::Subscribing(subscribe(shared.clone(), link.clone(), queue, window).boxed());
        Self { shared, link, queue, window, state }
    }

    pub(crate) async fn next(&mut self) -> Option<Delivery> {
        let closed = self.shared.closed.clone();
        closed.run_until_cancelled(self.delivery()).await
    }

    async fn delivery(&mut self) -> Delivery {
        loop {
            match &mut self.state {
                State::Subscribing(subscribing) => self.state = State::Consuming(subscribing.await),
                State::Consuming(stream) => {
                    let next = tokio::select! {
                        next = stream.deliveries.next() => next,
                        () = self.link.lost(&stream.connection) => None,
                        () = sleep_until(stream.check.at) => {
                            if stream.is_known(&self.shared.names.queue(self.queue)).await {
                                stream.check.postpone();
                                continue;
                            }
                            tracing::warn!(queue = self.queue.name(), "the broker lost the subscription; subscribing again");
                            None
                        }
                    };
                    match next {
                        Some(Ok(delivery)) => {
                            stream.check.postpone();
                            return received(delivery, stream.channel.clone());
                        }
                        Some(Err(error)) => {
                            tracing::warn!(queue = self.queue.name(), %error, "the subscription failed; subscribing again");
                            self.resubscribe();
                        }
                        None => self.resubscribe(),
                    }
                }
            }
        }
    }

    fn resubscribe(&mut self) {
        let again = subscribe(self.shared.clone(), self.link.clone(), self.queue, self.window);
        self.state = State::Subscribing(again.boxed());
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("queue", &self.queue)
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}

async fn subscribe(shared: Arc<Shared>, link: Link, queue: Queue, window: u16) -> Stream {
    let mut backoff = Backoff::new(shared.config.max_backoff);
    loop {
        let (connection, channel) = link::channel(&link, &shared).await;
        match consume(&channel, &shared.names.queue(queue), window).await {
            Ok(deliveries) => {
                tracing::info!(queue = queue.name(), window, "subscribed");
                let check = Check::of_new_subscription();
                return Stream { deliveries, channel: Arc::new(channel), connection, check };
            }
            Err(error) => {
                tracing::warn!(queue = queue.name(), %error, "cannot subscribe; trying again");
                backoff.pause().await;
            }
        }
    }
}

async fn consume(channel: &Channel, queue: &str, window: u16) -> lapin::Result<lapin::Consumer> {
    channel.basic_qos(window, BasicQosOptions::default()).await?;
    let options = BasicConsumeOptions::default();
    channel.basic_consume(queue.into(), "".into(), options, FieldTable::default()).await
}

fn received(delivery: lapin::message::Delivery, channel: Arc<Channel>) -> Delivery {
    let message = Message {
        key: delivery.routing_key.as_str().to_owned(),
        headers: properties::headers(&delivery.properties),
        body: delivery.data.into(),
    };
    let returned = properties::times_returned(&delivery.properties);
    let unsettled = Unsettled { channel, tag: delivery.delivery_tag };
    let receipt = Receipt::new(AnyUnsettled::RabbitMq(unsettled));
    let redelivered = delivery.redelivered || returned > 0;
    Delivery::new(Arc::new(message), returned.saturating_add(1), redelivered, receipt)
}

/// A delivery that the consumer has not settled yet.
pub(crate) struct Unsettled {
    channel: Arc<Channel>,
    tag: u64,
}

impl Unsettled {
    pub(crate) fn settle(self, outcome: Outcome) {
        // One poll queues the frame, and the broker sends no reply. If the channel is gone, the broker has put the message
        // back into the queue already.
        let failed = match outcome {
            Outcome::Ack => self.channel.basic_ack(self.tag, BasicAckOptions::default()).now_or_never(),
            Outcome::Retry | Outcome::Reject => {
                let options = BasicNackOptions { multiple: false, requeue: outcome == Outcome::Retry };
                self.channel.basic_nack(self.tag, options).now_or_never()
            }
        };
        if let Some(Err(error)) = failed {
            tracing::debug!(%error, ?outcome, "the outcome came too late; the broker delivers the message again");
        }
    }
}

impl fmt::Debug for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsettled").field("tag", &self.tag).finish_non_exhaustive()
    }
}
