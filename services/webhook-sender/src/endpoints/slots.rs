//! The slots of each endpoint: how many attempts may run there at once, and which webhooks may wait for one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::domain::attempt::Attempt;
use crate::domain::breaker::Breaker;
use crate::domain::concurrency::{Concurrency, Sample};
use crate::domain::endpoint_counts::EndpointCounts;
use crate::domain::pace::Pace;
use crate::domain::queue_pressure::{PATIENCE, QueuePressure, may_wait};

/// Claimed webhooks per slot: enough that the next one is in memory when a slot becomes free.
const CLAIMS_PER_SLOT: u32 = 4;

/// The slots of every app.
#[derive(Debug)]
pub(crate) struct SlotTable {
    endpoints: Mutex<HashMap<i64, Arc<EndpointSlots>>>,
    max_slots: u32,
}

/// The slots, the breaker, the pace and the counts of one app's endpoint.
#[derive(Debug)]
pub(crate) struct EndpointSlots {
    pub app_id: i64,
    permits: Arc<Semaphore>,
    size: Mutex<Size>,
    breaker: Mutex<Breaker>,
    pace: Mutex<Pace>,
    counts: Mutex<EndpointCounts>,
    waiting: AtomicU32,
    /// When a slot was last taken or given back, in microseconds after `created`.
    moved: AtomicU64,
    created: Instant,
    /// Webhooks of this endpoint that were claimed from the database and are not recorded yet.
    claimed: AtomicU32,
    /// Whether the database may hold more webhooks that are due.
    pub has_more_due: AtomicBool,
    /// Whether the last batch of a drain was smaller than its limit.
    pub drained: AtomicBool,
}

#[derive(Debug)]
struct Size {
    concurrency: Concurrency,
    /// Slots there are, or will be once the surplus is gone.
    slots: u32,
    /// Slots in use that disappear when they are given back.
    surplus: u32,
}

/// A slot in use, given back when dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    endpoint: Arc<EndpointSlots>,
    since: Instant,
    /// Set when the attempt is over: whether there was a response.
    answered: Option<bool>,
    permit: Option<OwnedSemaphorePermit>,
}

impl SlotTable {
    /// Every endpoint gets at most `max_slots`.
    pub(crate) fn new(max_slots: u32) -> Self {
        Self { endpoints: Mutex::default(), max_slots: max_slots.max(1) }
    }

    pub(crate) fn of(&self, app_id: i64) -> Arc<EndpointSlots> {
        let mut endpoints = lock(&self.endpoints);
        endpoints
            .entry(app_id)
            .or_insert_with(|| Arc::new(EndpointSlots::new(app_id, self.max_slots)))
            .clone()
    }

    pub(crate) fn all(&self) -> Vec<Arc<EndpointSlots>> {
        lock(&self.endpoints).values().cloned().collect()
    }
}

impl EndpointSlots {
    fn new(app_id: i64, max_slots: u32) -> Self {
        let concurrency = Concurrency::new(max_slots);
        let slots = concurrency.slots();
        Self {
            app_id,
            permits: Arc::new(Semaphore::new(slots as usize)),
            size: Mutex::new(Size { concurrency, slots, surplus: 0 }),
            breaker: Mutex::default(),
            pace: Mutex::default(),
            counts: Mutex::default(),
            waiting: AtomicU32::new(0),
            moved: AtomicU64::new(0),
            created: Instant::now(),
            claimed: AtomicU32::new(0),
            has_more_due: AtomicBool::new(false),
            drained: AtomicBool::new(false),
        }
    }

    /// Never keep it across an await.
    pub(crate) fn breaker(&self) -> MutexGuard<'_, Breaker> {
        lock(&self.breaker)
    }

    /// Never keep it across an await.
    pub(crate) fn pace(&self) -> MutexGuard<'_, Pace> {
        lock(&self.pace)
    }

    pub(crate) fn count(&self, attempt: &Attempt) {
        lock(&self.counts).add(attempt);
    }

    /// The counts since the last call, unless they are all zero.
    pub(crate) fn take_counts(&self) -> Option<EndpointCounts> {
        let counts = std::mem::take(&mut *lock(&self.counts));
        (counts != EndpointCounts::default()).then_some(counts)
    }

    /// A slot now or within [`PATIENCE`]; `None` when the wait would probably be longer.
    pub(crate) async fn slot_soon(self: &Arc<Self>) -> Option<Slot> {
        match self.permits.clone().try_acquire_owned() {
            Ok(permit) => Some(self.slot(permit)),
            Err(_) if may_wait(self.pressure()) => self.slot_within(PATIENCE).await,
            Err(_) => None,
        }
    }

    /// A slot; `None` when none became free within `patience`.
    pub(crate) async fn slot_within(self: &Arc<Self>, patience: Duration) -> Option<Slot> {
        let _waiting = Waiting::new(&self.waiting);
        let permit = tokio::time::timeout(patience, self.permits.clone().acquire_owned()).await;
        Some(self.slot(permit.ok()?.ok()?))
    }

    fn slot(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Slot {
        self.note_move();
        Slot { endpoint: self.clone(), since: Instant::now(), answered: None, permit: Some(permit) }
    }

    /// The recent average duration of an attempt.
    pub(crate) fn typical(&self) -> Duration {
        lock(&self.size).concurrency.typical()
    }

    pub(crate) fn slots_used(&self) -> u32 {
        let size = lock(&self.size);
        let free = u32::try_from(self.permits.available_permits()).unwrap_or(u32::MAX);
        (size.slots + size.surplus).saturating_sub(free)
    }

    fn pressure(&self) -> QueuePressure {
        let (slots, typical) = {
            let size = lock(&self.size);
            (size.slots, size.concurrency.typical())
        };
        let moved = Duration::from_micros(self.moved.load(Relaxed));
        let stalled = self.created.elapsed().saturating_sub(moved);
        QueuePressure { slots, waiting: self.waiting.load(Relaxed), typical, stalled }
    }

    fn note_move(&self) {
        self.moved.store(micros(self.created.elapsed()), Relaxed);
    }

    /// How many more webhooks of this endpoint may be claimed from the database.
    pub(crate) fn free_claims(&self) -> u32 {
        (lock(&self.size).slots * CLAIMS_PER_SLOT).saturating_sub(self.claimed.load(Relaxed))
    }

    /// Webhooks claimed from the database that are not recorded yet.
    pub(crate) fn claimed(&self) -> u32 {
        self.claimed.load(Relaxed)
    }

    pub(crate) fn claim_started(&self) {
        self.claimed.fetch_add(1, Relaxed);
    }

    /// Returns whether the database may hold another webhook to claim.
    pub(crate) fn claim_ended(&self) -> bool {
        self.claimed.fetch_sub(1, Relaxed);
        self.has_more_due.load(Relaxed)
    }

    /// Adjusts the number of slots after an attempt. Returns whether the slot of that attempt stays.
    fn learn(&self, took: Duration, answered: Option<bool>) -> bool {
        let mut size = lock(&self.size);
        if let Some(answered) = answered {
            let crowded = self.waiting.load(Relaxed) > 0;
            size.concurrency.learn(Sample { took, answered, crowded });
            let target = size.concurrency.slots();
            while size.slots < target {
                size.slots += 1;
                if size.surplus > 0 {
                    size.surplus -= 1;
                } else {
                    self.permits.add_permits(1);
                }
            }
            size.surplus += size.slots.saturating_sub(target);
            size.slots = size.slots.min(target);
        }
        let stays = size.surplus == 0;
        size.surplus = size.surplus.saturating_sub(1);
        stays
    }
}

impl Slot {
    /// The attempt is over.
    pub(crate) fn done(mut self, answered: bool) {
        self.answered = Some(answered);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let stays = self.endpoint.learn(self.since.elapsed(), self.answered);
        match self.permit.take() {
            Some(permit) if !stays => permit.forget(),
            _ => {}
        }
        self.endpoint.note_move();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

struct Waiting<'a>(&'a AtomicU32);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicU32) -> Self {
        count.fetch_add(1, Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_endpoint_that_hangs_turns_new_webhooks_away_until_a_slot_is_free_again() {
        let endpoint = SlotTable::new(2).of(1);
        let (one, two) = (endpoint.slot_soon().await.unwrap(), endpoint.slot_soon().await.unwrap());
        assert!(endpoint.slot_soon().await.is_none(), "no slot becomes free within the patience");
        assert_eq!(endpoint.waiting.load(Relaxed), 0);
        drop(one);
        assert!(endpoint.slot_soon().await.is_some());
        drop(two);
    }

    #[tokio::test]
    async fn a_waiting_webhook_gets_the_slot_that_becomes_free() {
        let endpoint = SlotTable::new(1).of(1);
        let slot = endpoint.slot_soon().await.unwrap();
        let waiting = tokio::spawn({
            let endpoint = endpoint.clone();
            async move { endpoint.slot_soon().await.is_some() }
        });
        while endpoint.waiting.load(Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        drop(slot);
        assert!(waiting.await.unwrap());
    }

    #[test]
    fn claims_are_limited_to_four_per_slot() {
        let endpoint = SlotTable::new(2).of(1);
        assert_eq!(endpoint.free_claims(), 8);
        (0..8).for_each(|_| endpoint.claim_started());
        assert_eq!(endpoint.free_claims(), 0);
        assert!(!endpoint.claim_ended());
        endpoint.has_more_due.store(true, Relaxed);
        assert!(endpoint.claim_ended());
        assert_eq!(endpoint.free_claims(), 2);
    }

    #[tokio::test]
    async fn slots_grow_while_webhooks_wait_and_shrink_without_responses() {
        let endpoint = SlotTable::new(64).of(1);
        let taken: Vec<Slot> = take_all(&endpoint);
        assert_eq!((taken.len(), endpoint.slots_used()), (8, 8));
        let waiting = tokio::spawn({
            let endpoint = endpoint.clone();
            async move { endpoint.slot_within(Duration::from_secs(20)).await }
        });
        while endpoint.waiting.load(Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        taken.into_iter().for_each(|slot| slot.done(true));
        drop(waiting.await.unwrap());
        assert_eq!(
            take_all(&endpoint).len(),
            10,
            "a quarter of a slot for each response while a webhook waited"
        );
        for _ in 0..20 {
            take_all(&endpoint).into_iter().for_each(|slot| slot.done(false));
        }
        assert_eq!(take_all(&endpoint).len(), 2);
        assert_eq!(endpoint.slots_used(), 0);
    }

    fn take_all(endpoint: &Arc<EndpointSlots>) -> Vec<Slot> {
        std::iter::from_fn(|| {
            endpoint.permits.clone().try_acquire_owned().ok().map(|permit| endpoint.slot(permit))
        })
        .collect()
    }
}
