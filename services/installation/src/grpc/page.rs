//! Which part of a list a request asks for.

use patchbay_domain::Error;

const MAX_LIMIT: usize = 100;

#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    pub(super) offset: i64,
    limit: usize,
}

impl Page {
    /// 100 entries unless fewer are asked for.
    pub(super) fn new(offset: i32, limit: i32) -> Self {
        Self::up_to(MAX_LIMIT, offset, limit)
    }

    /// As many entries as there may be at most, unless fewer are asked for.
    pub(super) fn up_to(most: usize, offset: i32, limit: i32) -> Self {
        let limit = match usize::try_from(limit).unwrap_or_default() {
            0 => most,
            limit => limit.min(most),
        };
        Self { offset: offset.max(0).into(), limit }
    }

    /// One more than asked for tells whether there are more.
    pub(super) fn fetched(self) -> i64 {
        self.limit as i64 + 1
    }

    /// The page of what was fetched, and whether there are more.
    pub(super) fn cut<T>(self, fetched: Result<Vec<T>, Error>) -> Result<(Vec<T>, bool), Error> {
        let mut entries = fetched?;
        let has_more = entries.len() > self.limit;
        entries.truncate(self.limit);
        Ok((entries, has_more))
    }
}
