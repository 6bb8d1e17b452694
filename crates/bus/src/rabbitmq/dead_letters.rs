//! Reads a dead letter queue.

use lapin::options::BasicGetOptions;

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
