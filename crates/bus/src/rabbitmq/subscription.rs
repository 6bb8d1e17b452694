//! A consumer of a queue on the broker.

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
    /// Kept as a future of its own, so that a caller who gives up waiting does not start it afresh each time.
    Subscribing(BoxFuture<'static, Stream>),
    Consuming(Stream),
}

/// A subscription on one channel. It lives as long as the channel and its connection do.
struct Stream {
    deliveries: lapin::Consumer,
    channel: Arc<Channel>,
    connection: Arc<Connection>,
    check_at: Instant,
}

/// How long a queue may be silent before the broker is asked whether it still knows the consumer. It forgets
/// without a word when a queue is deleted while somebody subscribes to it.
const SILENCE: Duration = Duration::from_secs(10);

impl Stream {
    /// Whether the broker still counts a consumer on the queue.
    async fn is_known(&self, queue: &str) -> bool {
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let asking = self.channel.queue_declare(queue.into(), passive, FieldTable::default());
        matches!(timeout(SILENCE, asking).await, Ok(Ok(queue)) if queue.consumer_count() > 0)
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
                        () = sleep_until(stream.check_at) => {
                            if stream.is_known(&self.shared.names.queue(self.queue)).await {
                                stream.check_at = Instant::now() + SILENCE;
                                continue;
                            }
                            None
                        }
                    };
                    match next {
                        Some(Ok(delivery)) => {
                            stream.check_at = Instant::now() + SILENCE;
                            return received(delivery, stream.channel.clone());
                        }
                        Some(Err(error)) => {
                            tracing::warn!(queue = self.queue.name(), %error, "a subscription broke");
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
                let check_at = Instant::now() + SILENCE;
                return Stream { deliveries, channel: Arc::new(channel), connection, check_at };
            }
            Err(error) => {
                tracing::warn!(queue = queue.name(), %error, "cannot subscribe");
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

/// A delivery of the broker that waits for its consumer's answer.
pub(crate) struct Unsettled {
    channel: Arc<Channel>,
    tag: u64,
}

impl Unsettled {
    pub(crate) fn settle(self, outcome: Outcome) {
        // One poll queues the frame. There is no reply to wait for, and on a channel that is gone
        // there is nobody to tell: the broker has put the message back.
        let failed = match outcome {
            Outcome::Ack => self.channel.basic_ack(self.tag, BasicAckOptions::default()).now_or_never(),
            Outcome::Retry | Outcome::Reject => {
                let options = BasicNackOptions { multiple: false, requeue: outcome == Outcome::Retry };
                self.channel.basic_nack(self.tag, options).now_or_never()
            }
        };
        if let Some(Err(error)) = failed {
            tracing::debug!(%error, ?outcome, "an answer came too late");
        }
    }
}

impl fmt::Debug for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsettled").field("tag", &self.tag).finish_non_exhaustive()
    }
}
