//! Connects to the broker.

use std::time::Duration;

use lapin::uri::AMQPUri;
use lapin::{Connection, ConnectionProperties};

use super::{Shared, unavailable};
use crate::{BusError, Result};

/// Seconds between heartbeats unless the URL sets another value. A peer that is silent for two of them counts
/// as lost.
const HEARTBEAT_SECONDS: u16 = 10;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) fn parse_url(url: &str) -> Result<AMQPUri> {
    // The parser's message may quote the URL, which holds the password.
    let mut uri: AMQPUri = url
        .parse()
        .map_err(|_| BusError::Config("not an AMQP URL (amqp://user:password@host:5672/vhost)".into()))?;
    uri.query.heartbeat.get_or_insert(HEARTBEAT_SECONDS);
    Ok(uri)
}

/// Makes one attempt to connect. `purpose` is shown in the broker's list of connections.
pub(super) async fn connect(shared: &Shared, purpose: &str) -> Result<Connection> {
    let name = format!("patchbay {purpose} {}", std::process::id());
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    let connecting = Connection::connect_uri(shared.uri.clone(), properties);
    match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
        Ok(connected) => connected.map_err(unavailable),
        Err(_) => Err(BusError::Unavailable("the broker does not answer".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_url_is_refused_without_repeating_it() {
        let error = parse_url("http://guest:hunter2@localhost").unwrap_err();
        assert!(matches!(&error, BusError::Config(text) if !text.contains("hunter2")), "{error}");
    }

    #[test]
    fn the_heartbeat_of_the_url_wins() {
        assert_eq!(parse_url("amqp://localhost/%2f").unwrap().query.heartbeat, Some(HEARTBEAT_SECONDS));
        assert_eq!(parse_url("amqp://localhost/%2f?heartbeat=3").unwrap().query.heartbeat, Some(3));
    }
}
