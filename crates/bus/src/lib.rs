//! The message bus: publish with confirm, consume with acknowledgement.
//!
//! Two implementations behind one [`Bus`]: [`Bus::in_process`] for the embedded mode and
//! [`Bus::rabbitmq`] for the distributed one. Both keep the same promises, and one suite of tests
//! runs on both:
//!
//! - **At least once.** A [`Confirm`] that resolves with `Ok` means the message is durable on the
//!   other side: stored by a majority of RabbitMQ's queue replicas, or, in process, acknowledged by
//!   its consumer (a queue in memory is no record). Anything else is an error and the publisher
//!   still owns the message: [`BusError::is_retryable`] says whether publishing it again can help.
//!   The bus never publishes a message twice by itself.
//! - **Nothing vanishes.** A [`Delivery`] that is dropped comes back. A message that came back
//!   [`BusConfig::delivery_limit`] times, or was rejected, lands among the dead letters of its queue
//!   ([`Bus::dead_letters`]). A message that no queue takes is an error at its publisher.
//! - **Bounded.** Queues, unconfirmed publishes and unacknowledged deliveries all have a limit;
//!   at the limit publishers wait, at most [`BusConfig::publish_timeout`].
//! - **No restart.** Lost connections are made again with backoff, the topology is declared again,
//!   consumers subscribe again; callers see errors of single messages and otherwise only a pause.
//!
//! # Publish
//!
//! [`Bus::publish`] hands the message over and returns its [`Confirm`] without waiting for it, so a
//! publisher can have thousands under way. Publish a batch, then await the confirms
//! ([`Bus::publish_all`] does both). One publisher's messages enter the queue in the order of its calls.
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
//! Services do not publish what they do: they write it to their outbox in the same transaction
//! (`patchbay_db::Tx::outbox`), and [`outbox::relay`] publishes it from there.

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
