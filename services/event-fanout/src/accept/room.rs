//! Memory that events may take, counted in KiB.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A bound on bytes. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    free: Arc<Semaphore>,
    kib: u32,
}

impl Room {
    pub(crate) fn of_bytes(bytes: usize) -> Self {
        let kib = u32::try_from((bytes / 1024).clamp(1, Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        Self { free: Arc::new(Semaphore::new(kib as usize)), kib }
    }

    /// How much there is in all.
    pub(crate) fn kib(&self) -> usize {
        self.kib as usize
    }

    /// Waits for `kib`, first come, first served. More than there is in all waits for all of it. `None` never
    /// happens: the semaphore is not closed.
    pub(crate) async fn take(&self, kib: u32) -> Option<OwnedSemaphorePermit> {
        self.free.clone().acquire_many_owned(kib.min(self.kib)).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn what_is_taken_is_missing_until_it_is_given_back() {
        let room = Room::of_bytes(10 * 1024);
        let six = room.take(6).await;
        assert!(room.take(5).now_or_never().is_none());
        drop(six);
        assert!(room.take(5).now_or_never().is_some());
    }

    #[tokio::test]
    async fn what_is_larger_than_the_room_gets_all_of_it_instead_of_waiting_for_ever() {
        let room = Room::of_bytes(10 * 1024);
        let all = room.take(11).now_or_never().expect("all of it is free");
        assert!(room.take(1).now_or_never().is_none());
        drop(all);
    }
}
