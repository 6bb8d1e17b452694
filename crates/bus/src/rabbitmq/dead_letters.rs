//! Reads a dead letter queue.

use lapin::options::{BasicAckOptions, BasicGetOptions, QueueDeclareOptions};
use lapin::types::FieldTable;

use super::{Link, Shared, link, properties, unavailable};
use crate::{DeadLetter, DeadReason, Message, Queue, Result};

/// Gets up to `max` messages without acknowledging them. Closing the channel returns them to the queue.
pub(super) async fn read(shared: &Shared, link: &Link, queue: Queue, max: usize) -> Result<Vec<DeadLetter>> {
    let reading = async {
        let (_connection, channel) = link::channel(link, shared).await;
        let name = shared.names.dead_letter_queue(queue);
        let mut letters = Vec::new();
        while letters.len() < max {
            let got = channel.basic_get(name.as_str().into(), BasicGetOptions::default()).await;
            let Some(got) = got.map_err(unavailable)? else { break };
            letters.push(letter(got.delivery));
        }
        channel.close(200, "looked at".into()).await.map_err(unavailable)?;
        Ok(letters)
    };
    shared.in_time(reading).await
}

/// Takes up to `max` messages and acknowledges those for which `settle` says so; closing the channel puts the others back.
pub(super) async fn settle<F: Future<Output = bool>>(
    shared: &Shared,
    link: &Link,
    queue: Queue,
    (max, kept): (usize, usize),
    settle: impl Fn(DeadLetter) -> F,
) -> Result<usize> {
    let opening = async { Ok(link::channel(link, shared).await) };
    let (_connection, channel) = shared.in_time(opening).await?;
    let name = shared.names.dead_letter_queue(queue);
    let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let counting = channel.queue_declare(name.as_str().into(), passive, FieldTable::default());
    let counted = shared.in_time(async { counting.await.map_err(unavailable) }).await?;
    let mut there = usize::try_from(counted.message_count()).unwrap_or(usize::MAX);
    let max = if there > kept { max } else { 0 };
    let mut looked_at = Ok(());
    for _ in 0..max {
        let getting = channel.basic_get(name.as_str().into(), BasicGetOptions::default());
        let got = shared.in_time(async { getting.await.map_err(unavailable) }).await;
        let Some(got) = got.transpose() else { break };
        looked_at = match got {
            Ok(got) => {
                let tag = got.delivery.delivery_tag;
                match settle(letter(got.delivery)).await {
                    true => {
                        there = there.saturating_sub(1);
                        channel.basic_ack(tag, BasicAckOptions::default()).await.map_err(unavailable)
                    }
                    false => Ok(()),
                }
            }
            Err(error) => Err(error),
        };
        if looked_at.is_err() {
            break;
        }
    }
    let closing = async { channel.close(200, "looked at".into()).await.map_err(unavailable) };
    looked_at.and(shared.in_time(closing).await).map(|()| there)
}

fn letter(delivery: lapin::message::Delivery) -> DeadLetter {
    let reason = match properties::first_death_reason(&delivery.properties) {
        Some(reason) if reason == "rejected" => DeadReason::Rejected,
        Some(reason) if reason == "delivery_limit" => DeadReason::DeliveryLimit,
        other => DeadReason::Other(other.unwrap_or_default()),
    };
    let message = Message {
        // Dead letters are routed by the name of their queue; the original key is in `x-death`.
        key: properties::first_death_key(&delivery.properties).unwrap_or_default(),
        headers: properties::headers(&delivery.properties),
        body: delivery.data.into(),
    };
    DeadLetter { message, reason }
}
