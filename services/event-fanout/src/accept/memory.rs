//! Memory that events may take, counted in KiB.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A bound on bytes. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    free: Arc<Semaphore>,
    kib: u32,
}

impl Memory {
    pub(crate) fn of_bytes(bytes: usize) -> Self {
        let kib = u32::try_from((bytes / 1024).clamp(1, Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        Self { free: Arc::new(Semaphore::new(kib as usize)), kib }
    }

    /// The whole bound.
    pub(crate) fn kib(&self) -> usize {
        self.kib as usize
    }

    /// Waits for `kib`, first come, first served. A request for more than the bound gets the whole bound. Never `None`, because the
    /// semaphore is not closed.
    pub(crate) async fn take(&self, kib: u32) -> Option<OwnedSemaphorePermit> {
        self.free.clone().acquire_many_owned(kib.min(self.kib)).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn memory_that_is_taken_is_missing_until_it_is_given_back() {
        let memory = Memory::of_bytes(10 * 1024);
        let six = memory.take(6).await;
        assert!(memory.take(5).now_or_never().is_none());
        drop(six);
        assert!(memory.take(5).now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_request_for_more_than_the_bound_gets_the_whole_bound() {
        let memory = Memory::of_bytes(10 * 1024);
        let all = memory.take(11).now_or_never().expect("all of it is free");
        assert!(memory.take(1).now_or_never().is_none());
        drop(all);
    }
}
