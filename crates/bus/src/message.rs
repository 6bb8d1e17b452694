//! Messages.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::{BusError, Result};

/// The largest body that a bus carries. Larger data does not belong in a queue.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// AMQP's limit for keys and header names.
const MAX_NAME_BYTES: usize = 255;

/// A message. Cloning copies the key and the headers, but not the body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The routing key, which names the kind of message; at most 255 bytes.
    pub key: String,
    /// The content, at most [`MAX_BODY_BYTES`].
    pub body: Bytes,
    /// Metadata, such as the trace context. Names have at most 255 bytes.
    pub headers: BTreeMap<String, String>,
}

impl Message {
    /// A message without headers.
    pub fn new(key: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { key: key.into(), body: body.into(), headers: BTreeMap::new() }
    }

    /// The message with one more header.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// Both implementations call this first, so that they refuse the same messages.
    pub(crate) fn check(&self) -> Result<()> {
        if self.body.len() > MAX_BODY_BYTES {
            return Err(BusError::Invalid("the body exceeds 8 MiB"));
        }
        if self.key.len() > MAX_NAME_BYTES {
            return Err(BusError::Invalid("the key exceeds 255 bytes"));
        }
        if self.headers.keys().any(|name| name.len() > MAX_NAME_BYTES) {
            return Err(BusError::Invalid("the name of a header exceeds 255 bytes"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_amqp_cannot_carry_is_refused() {
        let long = "k".repeat(256);
        for (message, fits) in [
            (Message::new("issue.created", "{}"), true),
            (Message::new(&long[1..], "{}").with_header(&long[1..], &long), true),
            (Message::new(&*long, "{}"), false),
            (Message::new("k", "{}").with_header(&*long, "v"), false),
            (Message::new("k", vec![0; MAX_BODY_BYTES]), true),
            (Message::new("k", vec![0; MAX_BODY_BYTES + 1]), false),
        ] {
            assert_eq!(message.check().is_ok(), fits);
        }
    }
}
