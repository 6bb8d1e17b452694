//! What a bus can be told.

use std::fmt;
use std::time::Duration;

/// Settings of a bus. The defaults suit production.
#[derive(Clone)]
pub struct BusConfig {
    /// `amqp://user:password@host:5672/vhost` (`amqps://` for TLS). Unused in process.
    pub url: String,
    /// Put before each exchange and queue name, so that several installations can share one broker.
    pub prefix: String,
    /// How often a message may come back to its queue before it becomes a dead letter: it is
    /// delivered at most once more than this. On RabbitMQ it is a property of the queue, so changing
    /// it needs the queue deleted.
    pub delivery_limit: u32,
    /// How many messages a queue may hold, those being worked on included. At the limit publishers
    /// wait (in process) or their confirms fail with [`BusError::Full`](crate::BusError::Full)
    /// (RabbitMQ; a property of the queue like `delivery_limit`).
    pub queue_limit: u32,
    /// How many dead letters a queue keeps. In process the oldest make room for new ones; RabbitMQ
    /// keeps the surplus in the queue itself, where it counts against `queue_limit`.
    pub dead_letter_limit: u32,
    /// How many publishes may wait for RabbitMQ's confirm at one time.
    pub max_unconfirmed: usize,
    /// How long a publish waits for room or for a lost connection before it fails as retryable, and
    /// how long RabbitMQ may go without confirming anything before all that is under way fails so.
    pub publish_timeout: Duration,
    /// The longest pause between two attempts to connect; the first ones follow faster.
    pub max_backoff: Duration,
}

impl Default for BusConfig {
    fn default() -> Self {
        Self {
            url: String::new(),
            prefix: String::new(),
            delivery_limit: 20,
            queue_limit: 1_000_000,
            dead_letter_limit: 10_000,
            max_unconfirmed: 4_096,
            publish_timeout: Duration::from_secs(15),
            max_backoff: Duration::from_secs(5),
        }
    }
}

/// Leaves the URL out: it carries the password.
impl fmt::Debug for BusConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BusConfig")
            .field("url", &"[redacted]")
            .field("prefix", &self.prefix)
            .field("delivery_limit", &self.delivery_limit)
            .field("queue_limit", &self.queue_limit)
            .finish_non_exhaustive()
    }
}
