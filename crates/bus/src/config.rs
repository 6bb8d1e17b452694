//! Configuration of a bus.

use std::fmt;
use std::time::Duration;

/// Settings of a bus. The defaults suit production.
#[derive(Clone)]
pub struct BusConfig {
    /// `amqp://user:password@host:5672/vhost` (`amqps://` for TLS). Unused in process.
    pub url: String,
    /// Prefix of each exchange and queue name, so that several installations of Patchbay can share one
    /// broker.
    pub prefix: String,
    /// How often a message may be returned to its queue before it becomes a dead letter; it is delivered at
    /// most once more than that. On RabbitMQ this is a property of the queue, so a change requires deleting
    /// the queue.
    pub delivery_limit: u32,
    /// How many messages a queue may hold, including those that consumers have not settled. At the limit
    /// publishers wait (in process), or their confirms fail with [`BusError::Full`](crate::BusError::Full)
    /// (RabbitMQ, where this is a property of the queue like `delivery_limit`).
    pub queue_limit: u32,
    /// How many dead letters a queue keeps. In process the oldest ones are dropped. RabbitMQ keeps further
    /// ones in the queue itself, where they count against `queue_limit`.
    pub dead_letter_limit: u32,
    /// How many published messages may be unconfirmed at the same time.
    pub max_unconfirmed: usize,
    /// How long a publish waits for capacity or a connection before it fails with a retryable error. If
    /// RabbitMQ confirms nothing for this long, all unconfirmed messages fail in the same way.
    pub publish_timeout: Duration,
    /// The longest pause between two connection attempts; the first pauses are shorter.
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

/// Omits the URL, which contains the password.
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
