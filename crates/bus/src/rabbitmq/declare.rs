//! Declares the exchanges and queues of the topology.

use lapin::options::{
    ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, ExchangeKind};

use super::{Shared, unavailable};
use crate::{Queue, Result, Topic};

/// Declares everything. Repeating it is harmless, and every new channel does so: whatever has been deleted is
/// created again.
pub(super) async fn topology(channel: &Channel, shared: &Shared) -> Result<()> {
    for topic in Topic::ALL {
        let (exchange, queue) = (shared.names.exchange(topic), shared.names.queue(topic.queue()));
        let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        channel
            .exchange_declare(exchange.as_str().into(), ExchangeKind::Topic, durable, FieldTable::default())
            .await
            .map_err(unavailable)?;
        queues(channel, shared, topic.queue()).await?;
        channel
            .queue_bind(
                queue.as_str().into(),
                exchange.as_str().into(),
                "#".into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await
            .map_err(unavailable)?;
    }
    Ok(())
}

/// Deletes what [`topology`] declares.
pub(super) async fn nothing(channel: &Channel, shared: &Shared) -> Result<()> {
    for topic in Topic::ALL {
        let queue = topic.queue();
        for name in [shared.names.queue(queue), shared.names.dead_letter_queue(queue)] {
            channel
                .queue_delete(name.as_str().into(), QueueDeleteOptions::default())
                .await
                .map_err(unavailable)?;
        }
        let exchange = shared.names.exchange(topic);
        channel
            .exchange_delete(exchange.as_str().into(), ExchangeDeleteOptions::default())
            .await
            .map_err(unavailable)?;
    }
    Ok(())
}

/// Declares a queue and, first, its dead letter queue.
async fn queues(channel: &Channel, shared: &Shared, queue: Queue) -> Result<()> {
    let (name, dead) = (shared.names.queue(queue), shared.names.dead_letter_queue(queue));

    let mut arguments = bounded_quorum(shared.config.dead_letter_limit);
    declare(channel, &dead, arguments).await?;

    arguments = bounded_quorum(shared.config.queue_limit);
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(as_int(shared.config.delivery_limit)));
    arguments.insert("x-dead-letter-exchange".into(), AMQPValue::LongString("".into()));
    arguments.insert("x-dead-letter-routing-key".into(), AMQPValue::LongString(dead.into()));
    // The default strategy loses a dead letter if the node dies before the letter reaches its queue.
    arguments.insert("x-dead-letter-strategy".into(), AMQPValue::LongString("at-least-once".into()));
    declare(channel, &name, arguments).await
}

/// Arguments of a replicated, durable queue that refuses new messages at its limit instead of dropping old
/// ones.
fn bounded_quorum(limit: u32) -> FieldTable {
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    arguments.insert("x-max-length".into(), AMQPValue::LongInt(as_int(limit)));
    arguments.insert("x-overflow".into(), AMQPValue::LongString("reject-publish".into()));
    arguments
}

async fn declare(channel: &Channel, name: &str, arguments: FieldTable) -> Result<()> {
    let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(name.into(), durable, arguments).await.map(drop).map_err(unavailable)
}

fn as_int(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
