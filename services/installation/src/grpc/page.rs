//! Pages of a list.

use std::future::Future;

use patchbay_domain::Error;
use patchbay_rpc::bounded_page;
use prost::Message;

const MAX_LIMIT: usize = 100;

#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    pub(super) offset: i64,
    limit: usize,
}

impl Page {
    /// At most 100 entries; all of them if `limit` is 0.
    pub(super) fn new(offset: i32, limit: i32) -> Self {
        Self::up_to(MAX_LIMIT, offset, limit)
    }

    /// At most `max` entries; `max` if `limit` is 0.
    pub(super) fn up_to(max: usize, offset: i32, limit: i32) -> Self {
        let limit = match usize::try_from(limit).unwrap_or_default() {
            0 => max,
            limit => limit.min(max),
        };
        Self { offset: offset.max(0).into(), limit }
    }

    /// One more than the limit: the extra entry shows that there are more.
    pub(super) fn fetched(self) -> i64 {
        self.limit as i64 + 1
    }

    /// A page of entries that may be large, and whether there are more. `fetch` returns entries from an offset, at most a
    /// number of them.
    pub(super) async fn collect<T, F>(self, fetch: impl Fn(i64, i64) -> F) -> Result<(Vec<T>, bool), Error>
    where
        T: Message,
        F: Future<Output = Result<Vec<T>, Error>>,
    {
        bounded_page(self.offset, self.limit, fetch).await
    }

    /// Cuts the fetched entries to the page; true if there are more.
    pub(super) fn cut<T>(self, fetched: Result<Vec<T>, Error>) -> Result<(Vec<T>, bool), Error> {
        let mut entries = fetched?;
        let has_more = entries.len() > self.limit;
        entries.truncate(self.limit);
        Ok((entries, has_more))
    }
}
