//! Conversion between our messages and AMQP properties.

use std::collections::BTreeMap;

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};

/// The delivery mode with which the broker writes the message to disk.
const PERSISTENT: u8 = 2;

/// `id` is the publisher's number of the message, which identifies a returned message.
pub(super) fn of_message(headers: &BTreeMap<String, String>, id: u64) -> BasicProperties {
    let properties =
        BasicProperties::default().with_delivery_mode(PERSISTENT).with_message_id(id.to_string().into());
    if headers.is_empty() {
        return properties;
    }
    let mut table = FieldTable::default();
    for (name, value) in headers {
        table.insert(name.as_str().into(), AMQPValue::LongString(value.as_bytes().into()));
    }
    properties.with_headers(table)
}

/// The text headers that were not set by the broker.
pub(super) fn headers(properties: &BasicProperties) -> BTreeMap<String, String> {
    let table = properties.headers().as_ref().map(FieldTable::inner);
    let text = |(name, value): (&lapin::types::ShortString, &AMQPValue)| match value {
        AMQPValue::LongString(text) if !is_brokers(name.as_str()) => {
            Some((name.as_str().to_owned(), String::from_utf8_lossy(text.as_bytes()).into_owned()))
        }
        _ => None,
    };
    table.into_iter().flatten().filter_map(text).collect()
}

/// How often the message was returned to its queue. RabbitMQ counts this for quorum queues.
pub(super) fn times_returned(properties: &BasicProperties) -> u32 {
    let count = properties.headers().as_ref().and_then(|table| table.inner().get("x-delivery-count"));
    let count = match count {
        Some(AMQPValue::LongLongInt(n)) => u32::try_from(*n).ok(),
        Some(AMQPValue::LongInt(n)) => u32::try_from(*n).ok(),
        Some(AMQPValue::ShortInt(n)) => u32::try_from(*n).ok(),
        Some(AMQPValue::ShortShortUInt(n)) => Some((*n).into()),
        Some(AMQPValue::ShortShortInt(n)) => u32::try_from(*n).ok(),
        Some(AMQPValue::LongUInt(n)) => Some(*n),
        _ => None,
    };
    count.unwrap_or(0)
}

/// Why the message was dead-lettered, as RabbitMQ names it.
pub(super) fn first_death_reason(properties: &BasicProperties) -> Option<String> {
    let table = properties.headers().as_ref()?.inner();
    match table.get("x-first-death-reason")? {
        AMQPValue::LongString(reason) => Some(reason.to_string()),
        _ => None,
    }
}

/// The key under which the message was published before it was dead-lettered.
pub(super) fn first_death_key(properties: &BasicProperties) -> Option<String> {
    let AMQPValue::FieldArray(deaths) = properties.headers().as_ref()?.inner().get("x-death")? else {
        return None;
    };
    // The newest death comes first.
    let AMQPValue::FieldTable(first) = deaths.as_slice().last()? else { return None };
    let AMQPValue::FieldArray(keys) = first.inner().get("routing-keys")? else { return None };
    match keys.as_slice().first()? {
        AMQPValue::LongString(key) => Some(key.to_string()),
        _ => None,
    }
}

fn is_brokers(header: &str) -> bool {
    header == "x-delivery-count" || header == "x-death" || header.starts_with("x-first-death-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back_as_they_were_and_the_brokers_own_are_left_out() {
        let ours: BTreeMap<String, String> =
            [("traceparent".to_owned(), "00-ab-cd-01".to_owned()), ("ü".to_owned(), "✓".to_owned())].into();
        let mut table = of_message(&ours, 7).headers().clone().unwrap();
        table.insert("x-delivery-count".into(), AMQPValue::LongLongInt(3));
        table.insert("x-first-death-reason".into(), AMQPValue::LongString("rejected".into()));
        let received = BasicProperties::default().with_headers(table);
        assert_eq!(headers(&received), ours);
        assert_eq!(times_returned(&received), 3);
        assert_eq!(first_death_reason(&received).as_deref(), Some("rejected"));
    }
}
