//! Publishes over one channel, with many unconfirmed messages.
//!
//! One task owns the channel. This keeps the order of the messages. It is also necessary because lapin
//! assigns the number of a message and queues its frames in two steps: two tasks would interleave them, and
//! each would get the confirm of the other.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{Channel, Confirmation, Connection};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::unroutable::Unroutable;
use super::{Link, Shared, declare, link, properties, unavailable};
use crate::confirm::Answer;
use crate::{BusError, Confirm, Message, Result, Topic};

/// Capacity for messages that are not written yet; a few batches, so that the task always has work.
const WAITING: usize = 256;

/// A confirm that takes longer than this many publish timeouts fails.
const CONFIRM_TIMEOUTS: u32 = 4;

/// How many messages are written before confirms are processed.
const BATCH: usize = 64;

#[derive(Debug)]
pub(super) struct Publisher {
    link: Link,
    /// Whether a channel is open.
    open: watch::Receiver<bool>,
    waiting: mpsc::Sender<Publish>,
    publish_timeout: Duration,
}

#[derive(Debug)]
struct Publish {
    topic: Topic,
    message: Message,
    answer: Answer,
}

impl Publisher {
    pub(super) fn start(shared: &Arc<Shared>) -> Self {
        let link = Link::open(shared, "publish");
        let (waiting, incoming) = mpsc::channel(WAITING);
        let (now_open, open) = watch::channel(false);
        let writer = Writer { link: link.clone(), shared: shared.clone(), incoming };
        shared.tasks.spawn(writer.run(now_open));
        Self { link, open, waiting, publish_timeout: shared.config.publish_timeout }
    }

    pub(super) fn healthy(&self) -> Result<()> {
        self.link.healthy()?;
        if *self.open.borrow() { Ok(()) } else { Err(BusError::Unavailable("no channel is open yet".into())) }
    }

    pub(super) async fn ready(&self) {
        let _ = self.open.clone().wait_for(|open| *open).await;
    }

    pub(super) async fn publish(&self, topic: Topic, message: Message) -> Result<Confirm> {
        let (answer, confirm) = Confirm::new();
        let publish = Publish { topic, message, answer };
        let publish = match self.waiting.try_send(publish) {
            Ok(()) => return Ok(confirm),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(BusError::Closed),
            Err(mpsc::error::TrySendError::Full(publish)) => publish,
        };
        match timeout(self.publish_timeout, self.waiting.send(publish)).await {
            Ok(sent) => sent.map(|()| confirm).map_err(|_| BusError::Closed),
            Err(_) => Err(BusError::Unavailable("too many publishes are unconfirmed".into())),
        }
    }
}

struct Writer {
    link: Link,
    shared: Arc<Shared>,
    incoming: mpsc::Receiver<Publish>,
}

/// A published message: its number, its sender's answer channel, and the broker's confirmation.
type Sent = (u64, Answer, lapin::Result<Confirmation>);

impl Writer {
    async fn run(mut self, now_open: watch::Sender<bool>) {
        let closed = self.shared.closed.clone();
        closed
            .run_until_cancelled(async {
                while let Some((connection, channel)) = self.next_channel().await {
                    now_open.send_replace(true);
                    self.write(&connection, channel).await;
                    now_open.send_replace(false);
                }
            })
            .await;
    }

    /// Waits for a channel. Publishes wait for their timeout; after that they fail immediately.
    async fn next_channel(&mut self) -> Option<(Arc<Connection>, Channel)> {
        let patience = Instant::now() + self.shared.config.publish_timeout;
        let opening = confirming_channel(&self.link, &self.shared);
        tokio::pin!(opening);
        tokio::select! {
            opened = &mut opening => return Some(opened),
            () = sleep_until(patience) => {}
        }
        loop {
            tokio::select! {
                opened = &mut opening => return Some(opened),
                publish = self.incoming.recv() => {
                    let reason = self.link.healthy().err();
                    let reason = reason.unwrap_or_else(|| BusError::Unavailable("no channel is open yet".into()));
                    drop(publish?.answer.send(Err(reason)));
                }
            }
        }
    }

    /// Publishes until the channel or its connection ends. Unconfirmed messages then fail, at the latest when
    /// their answer channel is dropped.
    async fn write(&mut self, connection: &Arc<Connection>, channel: Channel) {
        let exchanges = Topic::ALL.map(|topic| self.shared.names.exchange(topic));
        let (link, config) = (self.link.clone(), self.shared.config.clone());
        let lost = link.lost(connection);
        tokio::pin!(lost);
        let mut under_way = FuturesUnordered::new();
        let mut unroutable = Unroutable::default();
        let mut batch = Vec::with_capacity(BATCH);
        let mut settled: Vec<Sent> = Vec::new();
        let mut next_id = 0;
        let mut stalled = Instant::now() + config.publish_timeout;
        let patience = config.publish_timeout * CONFIRM_TIMEOUTS;

        while channel.status().connected() {
            tokio::select! {
                Some(sent) = under_way.next() => {
                    settled.push(sent);
                    collect_ready(&mut under_way, &mut settled);
                    let _ = channel.wait_for_confirms().now_or_never();
                    collect_ready(&mut under_way, &mut settled);
                }
                count = self.incoming.recv_many(&mut batch, BATCH), if under_way.len() < config.max_unconfirmed => {
                    if count == 0 {
                        return;
                    }
                    if under_way.is_empty() {
                        stalled = Instant::now() + config.publish_timeout;
                    }
                    for publish in batch.drain(..) {
                        next_id += 1;
                        let exchange = &exchanges[publish.topic as usize];
                        let mut sent = Box::pin(send(channel.clone(), exchange.as_str().into(), publish, next_id, patience));
                        // The first poll queues the frames, so the messages are sent in this order.
                        match futures::poll!(&mut sent) {
                            std::task::Poll::Ready(sent) => settled.push(sent),
                            std::task::Poll::Pending => under_way.push(sent),
                        }
                    }
                }
                () = &mut lost => return,
                () = sleep_until(stalled), if !under_way.is_empty() => {
                    tracing::warn!(unconfirmed = under_way.len(), "the broker does not confirm; opening another channel");
                    return;
                }
            }
            if !settled.is_empty() {
                stalled = Instant::now() + config.publish_timeout;
                if settle(&mut settled, &mut unroutable)
                    && declare::topology(&channel, &self.shared).await.is_err()
                {
                    return;
                }
            }
        }
    }
}

async fn confirming_channel(link: &Link, shared: &Shared) -> (Arc<Connection>, Channel) {
    loop {
        let (connection, channel) = link::channel(link, shared).await;
        match channel.confirm_select(ConfirmSelectOptions::default()).await.map_err(unavailable) {
            Ok(()) => return (connection, channel),
            Err(error) => tracing::warn!(%error, "the broker refuses publisher confirms; trying again"),
        }
    }
}

/// Publishes and waits for the confirm, `patience` at most: a queue that has lost its quorum confirms nothing, while others do.
async fn send(
    channel: Channel,
    exchange: lapin::types::ShortString,
    publish: Publish,
    id: u64,
    patience: Duration,
) -> Sent {
    let Publish { message, answer, .. } = publish;
    let options = BasicPublishOptions { mandatory: true, immediate: false };
    let properties = properties::of_message(&message.headers, id);
    let key = message.key.as_str().into();
    let confirmation = match channel.basic_publish(exchange, key, options, &message.body, properties).await {
        Ok(confirm) => match timeout(patience, confirm).await {
            Ok(confirmation) => confirmation,
            Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
        },
        Err(error) => Err(error),
    };
    (id, answer, confirmation)
}

fn collect_ready<F: Future<Output = Sent>>(under_way: &mut FuturesUnordered<F>, settled: &mut Vec<Sent>) {
    while let Some(Some(sent)) = under_way.next().now_or_never() {
        settled.push(sent);
    }
}

/// Answers the publishers. Returns `true` if a message was unroutable, so that the topology has to be
/// declared again.
fn settle(settled: &mut Vec<Sent>, unroutable: &mut Unroutable) -> bool {
    for (_, _, confirmation) in &*settled {
        unroutable.note(confirmation);
    }
    let mut lost_route = false;
    for (id, answer, confirmation) in settled.drain(..) {
        let result = unroutable.judge(id, confirmation);
        lost_route |= result == Err(BusError::Unroutable);
        drop(answer.send(result));
    }
    lost_route
}
