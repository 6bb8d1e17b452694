//! The bus over RabbitMQ. The only module of the workspace that uses `lapin`.
//!
//! It has two connections, because a broker that is short of memory stops reading from connections that
//! publish, and acknowledgements must still reach it then. One task owns the publishing channel
//! ([`publisher`]); each subscription owns a channel.

mod connect;
mod dead_letters;
mod declare;
mod link;
mod properties;
mod publisher;
mod subscription;
mod unroutable;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lapin::uri::AMQPUri;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::link::Link;
use self::publisher::Publisher;
pub(crate) use self::subscription::{Subscription, Unsettled};
use crate::topology::Names;
use crate::{BusConfig, BusError, Confirm, DeadLetter, Message, Queue, Result, Topic};

#[derive(Debug)]
pub(crate) struct RabbitMq {
    shared: Arc<Shared>,
    publisher: Publisher,
    /// Opened with the first subscription, because most services only publish.
    consuming: OnceLock<Link>,
}

/// Shared by all tasks of one bus.
#[derive(Debug)]
struct Shared {
    uri: AMQPUri,
    names: Names,
    config: BusConfig,
    closed: CancellationToken,
    tasks: TaskTracker,
}

impl RabbitMq {
    pub(crate) fn open(config: &BusConfig) -> Result<Self> {
        let shared = Arc::new(Shared {
            uri: connect::parse_url(&config.url)?,
            names: Names::new(&config.prefix),
            config: config.clone(),
            closed: CancellationToken::new(),
            tasks: TaskTracker::new(),
        });
        let publisher = Publisher::start(&shared);
        Ok(Self { shared, publisher, consuming: OnceLock::new() })
    }

    pub(crate) async fn publish(&self, topic: Topic, message: Message) -> Result<Confirm> {
        self.publisher.publish(topic, message).await
    }

    pub(crate) fn consume(&self, queue: Queue, window: u16) -> Subscription {
        Subscription::new(self.shared.clone(), self.consuming().clone(), queue, window)
    }

    pub(crate) async fn dead_letters(&self, queue: Queue, max: usize) -> Result<Vec<DeadLetter>> {
        dead_letters::read(&self.shared, self.consuming(), queue, max).await
    }

    pub(crate) async fn settle_dead_letters<F: Future<Output = bool>>(
        &self,
        queue: Queue,
        max: usize,
        kept: usize,
        settle: impl Fn(DeadLetter) -> F,
    ) -> Result<usize> {
        dead_letters::settle(&self.shared, self.consuming(), queue, (max, kept), settle).await
    }

    pub(crate) async fn delete_queues(&self) -> Result<()> {
        let deleting = async {
            let (_connection, channel) = link::channel(self.consuming(), &self.shared).await;
            declare::nothing(&channel, &self.shared).await
        };
        self.shared.in_time(deleting).await
    }

    pub(crate) fn healthy(&self) -> Result<()> {
        if self.shared.closed.is_cancelled() {
            return Err(BusError::Closed);
        }
        self.publisher.healthy()?;
        self.consuming.get().map_or(Ok(()), Link::healthy)
    }

    pub(crate) async fn ready(&self, deadline: Duration) -> Result<()> {
        let up = async {
            self.publisher.ready().await;
            if let Some(consuming) = self.consuming.get() {
                consuming.connection().await;
            }
        };
        let _ = tokio::time::timeout(deadline, self.shared.closed.run_until_cancelled(up)).await;
        self.healthy()
    }

    pub(crate) async fn close(&self) {
        self.shared.closed.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }

    fn consuming(&self) -> &Link {
        self.consuming.get_or_init(|| Link::open(&self.shared, "consume"))
    }
}

impl Drop for RabbitMq {
    fn drop(&mut self) {
        self.shared.closed.cancel();
    }
}

impl Shared {
    /// Returns the result of `work`, or an error if the bus is closed or the publish timeout passes first.
    async fn in_time<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let work = tokio::time::timeout(self.config.publish_timeout, work);
        match self.closed.run_until_cancelled(work).await {
            Some(Ok(done)) => done,
            Some(Err(_)) => Err(BusError::Unavailable("the broker does not answer".into())),
            None => Err(BusError::Closed),
        }
    }
}

/// An error that a later attempt may not encounter.
fn unavailable(error: lapin::Error) -> BusError {
    BusError::Unavailable(error.to_string())
}
