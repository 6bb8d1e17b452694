//! Pages of a list.

/// The most entries of a page.
const MAX: usize = 100;

#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    pub(super) offset: i64,
    limit: usize,
}

impl Page {
    /// At most 100 entries; all of them if `limit` is 0.
    pub(super) fn new(offset: i32, limit: i32) -> Self {
        let limit = match usize::try_from(limit).unwrap_or_default() {
            0 => MAX,
            limit => limit.min(MAX),
        };
        Self { offset: offset.max(0).into(), limit }
    }

    /// One more than the limit: the extra entry shows that there are more.
    pub(super) fn fetched(self) -> i64 {
        self.limit as i64 + 1
    }

    /// Cuts the fetched entries to the page; true if there are more.
    pub(super) fn cut<T>(self, mut entries: Vec<T>) -> (Vec<T>, bool) {
        let has_more = entries.len() > self.limit;
        entries.truncate(self.limit);
        (entries, has_more)
    }
}
