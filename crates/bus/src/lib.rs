//! The message bus: publish with confirm, consume with acknowledgement.
//!
//! There are two implementations behind one [`Bus`]: [`Bus::in_process`] for the embedded mode and
//! [`Bus::rabbitmq`] for the distributed mode. Both give the same guarantees, and one test suite runs on
//! both:
//!
//! - **At least once.** A [`Confirm`] that resolves with `Ok` means that the message is durable on the other
//!   side: RabbitMQ has stored it on a majority of the queue's replicas, or, in process, its consumer has
//!   acknowledged it. Any other result is an error, and the publisher still owns the message;
//!   [`BusError::is_retryable`] tells whether publishing it again can help. The bus never publishes a message
//!   twice by itself.
//! - **No message disappears.** A dropped [`Delivery`] is delivered again. A message that was returned
//!   [`BusConfig::delivery_limit`] times, or was rejected, becomes a dead letter of its queue
//!   ([`Bus::dead_letters`]). A message that no queue receives is an error for its publisher.
//! - **Bounded.** Queues, unconfirmed publishes and unsettled deliveries have limits. At a limit publishers
//!   wait, for [`BusConfig::publish_timeout`] at most.
//! - **No restart.** After a lost connection the bus connects again with backoff, declares the topology again
//!   and subscribes again. Callers see errors of individual messages, and otherwise only a pause.
//!
//! # Publish
//!
//! [`Bus::publish`] takes the message and returns its [`Confirm`] without waiting for it, so a publisher can
//! have thousands of unconfirmed messages. Publish a batch, then await the confirms ([`Bus::publish_all`]
//! does both). The messages of one publisher enter the queue in the order of its calls.
//!
//! # Consume
//!
//! ```
//! # use patchbay_bus::{Bus, BusConfig, Message, Queue, Topic};
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> patchbay_bus::Result<()> {
//! let bus = Bus::in_process(&BusConfig::default());
//! let confirm = bus.publish(Topic::Events, Message::new("issue.created", "{}")).await?;
//!
//! let mut consumer = bus.consume(Queue::EventFanout, 256);
//! while let Some(delivery) = consumer.next().await {
//!     assert_eq!(delivery.body, "{}");
//!     delivery.ack();
//! #   break;
//! }
//! confirm.await?;
//! # Ok(()) }
//! ```
//!
//! # Outbox
//!
//! Services do not publish messages directly. They write them to their outbox in the transaction that makes
//! the change (`patchbay_db::Tx::outbox`), and [`outbox::relay`] publishes them from there.

mod bus;
mod config;
mod confirm;
mod consumer;
mod dead_letter;
mod delivery;
mod error;
mod in_process;
mod message;
pub mod outbox;
mod rabbitmq;
mod topology;

pub use bus::Bus;
pub use config::BusConfig;
pub use confirm::Confirm;
pub use consumer::Consumer;
pub use dead_letter::{DeadLetter, DeadReason};
pub use delivery::{Delivery, Outcome, Receipt};
pub use error::{BusError, Result};
pub use message::{MAX_BODY_BYTES, Message};
pub use topology::{Queue, Topic};
