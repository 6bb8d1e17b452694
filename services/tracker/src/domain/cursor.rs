//! Where a list of issues goes on. A position, not a number: what is seen meanwhile shifts nothing.

use chrono::{DateTime, Utc};
use patchbay_domain::{Error, Result};

/// Where to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// When the issue at the edge was seen last; without a meaning where the order is another.
    pub(crate) at: DateTime<Utc>,
    pub(crate) id: i64,
    /// Towards the beginning.
    pub(crate) back: bool,
}

impl Cursor {
    /// `None` for the beginning.
    ///
    /// # Errors
    /// `INVALID_CURSOR`.
    pub(crate) fn read(text: &str) -> Result<Option<Self>> {
        // What clients of Sentry send for the first page.
        if text.is_empty() || text == "0:0:0" {
            return Ok(None);
        }
        Self::parse(text)
            .map(Some)
            .ok_or_else(|| Error::invalid("INVALID_CURSOR", "Invalid cursor parameter."))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (at, id, back) = (parts.next()?, parts.next()?, parts.next()?);
        let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
        let back = match back {
            "0" => false,
            "1" => true,
            _ => return None,
        };
        let id = id.parse().ok()?;
        parts.next().is_none().then_some(Self { at, id, back })
    }

    pub(crate) fn write(self) -> String {
        format!("{}:{}:{}", self.at.timestamp_micros(), self.id, u8::from(self.back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        let cursor =
            Cursor { at: DateTime::from_timestamp_micros(1_566_248_317_391_000).unwrap(), id: 9, back: true };
        assert_eq!(cursor.write(), "1566248317391000:9:1");
        assert_eq!(Cursor::read(&cursor.write()).unwrap(), Some(cursor));
        assert_eq!(Cursor::read("").unwrap(), None);
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["x", "1:2", "1:2:3", "1:2:0:0", "9223372036854775807:1:0", "1:x:0"] {
            assert_eq!(Cursor::read(text).unwrap_err().reason, "INVALID_CURSOR", "{text}");
        }
    }
}
