//! Cursors of lists of issues. A cursor is a position, not an offset, so that new errors shift nothing.

use chrono::{DateTime, Utc};
use patchbay_domain::{Error, Result};

/// The position of an issue in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// Only used for lists by date.
    pub(crate) last_seen: DateTime<Utc>,
    pub(crate) id: i64,
}

/// The position at which a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The issue next to the page.
    pub(crate) at: Position,
    /// Whether the page is before the position.
    pub(crate) back: bool,
}

/// A page, in the order of the list also if it was read backwards.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    /// The cursor of the request.
    pub(crate) requested: Option<Cursor>,
    /// First and last issue; `None` if the page is empty.
    pub(crate) edges: Option<(Position, Position)>,
    /// More issues were found than the page can hold.
    pub(crate) is_cut: bool,
    /// Where the scan stopped at its limit.
    pub(crate) stopped_at: Option<Position>,
}

impl Page {
    /// The cursors of the next and the previous page.
    pub(crate) fn neighbours(self) -> (Option<Cursor>, Option<Cursor>) {
        let back = self.requested.is_some_and(|requested| requested.back);
        let (first, last) = self.edges.unzip();
        // In reading direction more can follow the edge, or the position where the scan stopped.
        let ahead = |edge: Option<Position>| if self.is_cut { edge } else { self.stopped_at };
        // In the other direction are the issues of earlier pages.
        let behind = |edge: Option<Position>| edge.or(self.stopped_at);
        let (next, previous) = match (back, self.requested) {
            (true, _) => (behind(last), ahead(first)),
            (false, Some(_)) => (ahead(last), behind(first)),
            (false, None) => (ahead(last), None),
        };
        let cursor = |back: bool| move |at| Cursor { at, back };
        (next.map(cursor(false)), previous.map(cursor(true)))
    }
}

impl Cursor {
    /// `None` for the first page.
    ///
    /// # Errors
    /// `INVALID_CURSOR`.
    pub(crate) fn read(text: &str) -> Result<Option<Self>> {
        // Sentry's clients send this for the first page.
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
        let last_seen = DateTime::from_timestamp_micros(at.parse().ok()?)?;
        let back = match back {
            "0" => false,
            "1" => true,
            _ => return None,
        };
        let id = id.parse().ok()?;
        parts.next().is_none().then_some(Self { at: Position { last_seen, id }, back })
    }

    pub(crate) fn write(self) -> String {
        let Position { last_seen, id } = self.at;
        format!("{}:{id}:{}", last_seen.timestamp_micros(), u8::from(self.back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(id: i64) -> Position {
        Position { last_seen: DateTime::from_timestamp_micros(1_566_248_317_391_000).unwrap(), id }
    }

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        let cursor = Cursor { at: position(9), back: true };
        assert_eq!(cursor.write(), "1566248317391000:9:1");
        assert_eq!(Cursor::read(&cursor.write()).unwrap(), Some(cursor));
        assert_eq!(Cursor::read("").unwrap(), None);
    }

    #[test]
    fn an_invalid_cursor_is_refused() {
        for text in ["x", "1:2", "1:2:3", "1:2:0:0", "9223372036854775807:1:0", "1:x:0"] {
            assert_eq!(Cursor::read(text).unwrap_err().reason, "INVALID_CURSOR", "{text}");
        }
    }

    #[test]
    fn pages_lead_on_as_long_as_there_may_be_more() {
        let (forth, back) = (Some((9, false)), Some((9, true)));
        let full = Some((8, 5));
        for (requested, edges, is_cut, stopped_at, next, previous) in [
            (None, full, true, None, Some(5), None),
            (None, full, false, None, None, None),
            (None, None, false, None, None, None),
            (forth, full, true, None, Some(5), Some(8)),
            (forth, full, false, None, None, Some(8)),
            (back, full, true, None, Some(5), Some(8)),
            (back, full, false, None, Some(5), None),
            // The scan stopped at 2: the next page begins there, unless the page is full.
            (None, None, false, Some(2), Some(2), None),
            (None, full, false, Some(2), Some(2), None),
            (None, full, true, Some(2), Some(5), None),
            (forth, None, false, Some(2), Some(2), Some(2)),
            (back, None, false, Some(2), Some(2), Some(2)),
        ] {
            let page = Page {
                requested: requested.map(|(id, back)| Cursor { at: position(id), back }),
                edges: edges.map(|(first, last)| (position(first), position(last))),
                is_cut,
                stopped_at: stopped_at.map(position),
            };
            let cursor = |id: Option<i64>, back| id.map(|id| Cursor { at: position(id), back });
            assert_eq!(page.neighbours(), (cursor(next, false), cursor(previous, true)), "{page:?}");
        }
    }
}
