/// The requested part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    offset: u32,
    limit: u32,
}

const MAX_LIMIT: u32 = 100;

impl Page {
    /// Reads offset and limit of a request. Negative numbers count as absent.
    pub(crate) fn read(offset: i32, limit: i32) -> Self {
        let limit = match u32::try_from(limit) {
            Ok(0) | Err(_) => MAX_LIMIT,
            Ok(limit) => limit.min(MAX_LIMIT),
        };
        Self { offset: u32::try_from(offset).unwrap_or_default(), limit }
    }

    pub(crate) fn offset(self) -> i64 {
        self.offset.into()
    }

    pub(crate) fn limit(self) -> usize {
        self.limit as usize
    }

    /// The number of entries to fetch: one more than the limit, to detect a next page.
    pub(crate) fn fetch(self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// How many more entries fit on the page after `fetched` entries.
    pub(crate) fn room_behind(self, fetched: usize) -> usize {
        (self.limit as usize).saturating_sub(fetched)
    }

    /// Drops the extra entry; returns the page, and whether there was an extra entry.
    pub(crate) fn cut<T>(self, mut fetched: Vec<T>) -> (Vec<T>, bool) {
        let has_more = fetched.len() > self.limit as usize;
        fetched.truncate(self.limit as usize);
        (fetched, has_more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_hundred_entries_at_most() {
        for (offset, limit, expected) in [
            (0, 0, (0, 101)),
            (20, 10, (20, 11)),
            (-1, -1, (0, 101)),
            (i32::MAX, i32::MAX, (2_147_483_647, 101)),
        ] {
            let page = Page::read(offset, limit);
            assert_eq!((page.offset(), page.fetch()), expected, "{offset} {limit}");
        }
    }

    #[test]
    fn an_extra_entry_means_that_there_are_more() {
        let page = Page::read(0, 2);
        assert_eq!(page.cut(vec![1, 2, 3]), (vec![1, 2], true));
        assert_eq!(page.cut(vec![1, 2]), (vec![1, 2], false));
    }
}
