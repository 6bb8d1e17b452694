use patchbay_db::{Db, Result};

/// Ids are allocated in blocks of this size.
const BLOCK: u32 = 10_000;

/// Ids of one counter, allocated in blocks: one commit for ten thousand ids instead of one for each batch. The rest
/// of a block is lost when the process ends.
#[derive(Debug)]
pub(crate) struct IdBlock {
    counter: &'static str,
    next: i64,
    end: i64,
}

impl IdBlock {
    pub(crate) fn new(counter: &'static str) -> Self {
        Self { counter, next: 0, end: 0 }
    }

    /// The first of `count` consecutive ids. Must not be called while a transaction is open.
    pub(crate) async fn take(&mut self, db: &Db, count: usize) -> Result<i64> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        if self.end - self.next < count {
            let block = BLOCK.max(u32::try_from(count).unwrap_or(u32::MAX));
            self.next = db.allocate_ids(self.counter, block).await?;
            self.end = self.next + i64::from(block);
        }
        let first = self.next;
        self.next += count;
        Ok(first)
    }
}
