//! The places at each endpoint: how many attempts may run there at once, and who may wait for one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::attempt::Attempt;
use crate::domain::breaker::Breaker;
use crate::domain::concurrency::{Concurrency, Sample};
use crate::domain::crowding::{Crowd, PATIENCE, may_wait};
use crate::domain::tally::Tally;

/// Claimed webhooks per place: enough that the next one is at hand when a place gets free.
const CLAIMED_PER_PLACE: u32 = 4;

/// The lane of every app.
#[derive(Debug)]
pub(crate) struct Lanes {
    lanes: Mutex<HashMap<i64, Arc<Lane>>>,
    highest: u32,
}

/// The way to one app's endpoint.
#[derive(Debug)]
pub(crate) struct Lane {
    pub app_id: i64,
    places: Arc<Semaphore>,
    size: Mutex<Size>,
    breaker: Mutex<Breaker>,
    tally: Mutex<Tally>,
    waiting: AtomicU32,
    /// When a place was last given away or back, in microseconds after `born`.
    moved: AtomicU64,
    born: Instant,
    /// Webhooks of this lane that were claimed from the database and are not recorded yet.
    claimed: AtomicU32,
    /// Whether the database may hold more that is due.
    pub has_more_due: AtomicBool,
    /// Whether the last share of a drain was not a full one.
    pub drained: AtomicBool,
}

#[derive(Debug)]
struct Size {
    concurrency: Concurrency,
    /// Places there are, or will be when the surplus is gone.
    places: u32,
    /// Places that are not given out again once they are given back.
    surplus: u32,
}

/// A place at the endpoint, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    lane: Arc<Lane>,
    since: Instant,
    /// Whether the attempt is over, and was answered.
    answered: Option<bool>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Lanes {
    /// Each with `highest` places at most.
    pub(crate) fn new(highest: u32) -> Self {
        Self { lanes: Mutex::default(), highest: highest.max(1) }
    }

    pub(crate) fn of(&self, app_id: i64) -> Arc<Lane> {
        let mut lanes = lock(&self.lanes);
        lanes.entry(app_id).or_insert_with(|| Arc::new(Lane::new(app_id, self.highest))).clone()
    }

    pub(crate) fn all(&self) -> Vec<Arc<Lane>> {
        lock(&self.lanes).values().cloned().collect()
    }
}

impl Lane {
    fn new(app_id: i64, highest: u32) -> Self {
        let concurrency = Concurrency::new(highest);
        let places = concurrency.places();
        Self {
            app_id,
            places: Arc::new(Semaphore::new(places as usize)),
            size: Mutex::new(Size { concurrency, places, surplus: 0 }),
            breaker: Mutex::default(),
            tally: Mutex::default(),
            waiting: AtomicU32::new(0),
            moved: AtomicU64::new(0),
            born: Instant::now(),
            claimed: AtomicU32::new(0),
            has_more_due: AtomicBool::new(false),
            drained: AtomicBool::new(false),
        }
    }

    /// The breaker; never kept across an await.
    pub(crate) fn breaker(&self) -> MutexGuard<'_, Breaker> {
        lock(&self.breaker)
    }

    /// Counts an attempt.
    pub(crate) fn tally(&self, attempt: &Attempt) {
        lock(&self.tally).note(attempt);
    }

    /// What was counted since the last time it was taken, if anything.
    pub(crate) fn take_tally(&self) -> Option<Tally> {
        let tally = std::mem::take(&mut *lock(&self.tally));
        (tally != Tally::default()).then_some(tally)
    }

    /// A place, now or soon; `None` when it would probably take longer than is worth waiting for in memory.
    pub(crate) async fn place_soon(self: &Arc<Self>) -> Option<Place> {
        match self.places.clone().try_acquire_owned() {
            Ok(permit) => Some(self.place(permit)),
            Err(_) if may_wait(self.crowd()) => self.place_within(PATIENCE).await,
            Err(_) => None,
        }
    }

    /// A place; `None` when there was none for so long.
    pub(crate) async fn place_within(self: &Arc<Self>, patience: Duration) -> Option<Place> {
        let _waiting = Waiting::new(&self.waiting);
        let permit = tokio::time::timeout(patience, self.places.clone().acquire_owned()).await;
        Some(self.place(permit.ok()?.ok()?))
    }

    fn place(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Place {
        self.note_move();
        Place { lane: self.clone(), since: Instant::now(), answered: None, permit: Some(permit) }
    }

    /// How long an attempt took lately, on average.
    pub(crate) fn typical(&self) -> Duration {
        lock(&self.size).concurrency.typical()
    }

    /// Attempts that run now.
    pub(crate) fn places_used(&self) -> u32 {
        let size = lock(&self.size);
        let free = u32::try_from(self.places.available_permits()).unwrap_or(u32::MAX);
        (size.places + size.surplus).saturating_sub(free)
    }

    fn crowd(&self) -> Crowd {
        let (places, typical) = {
            let size = lock(&self.size);
            (size.places, size.concurrency.typical())
        };
        Crowd {
            places,
            waiting: self.waiting.load(Relaxed),
            typical,
            stalled: self.born.elapsed().saturating_sub(Duration::from_micros(self.moved.load(Relaxed))),
        }
    }

    fn note_move(&self) {
        self.moved.store(micros(self.born.elapsed()), Relaxed);
    }

    /// How many more webhooks may be claimed from the database for this lane.
    pub(crate) fn room_for_claims(&self) -> u32 {
        (lock(&self.size).places * CLAIMED_PER_PLACE).saturating_sub(self.claimed.load(Relaxed))
    }

    /// Webhooks claimed from the database that are not recorded yet.
    pub(crate) fn claimed(&self) -> u32 {
        self.claimed.load(Relaxed)
    }

    pub(crate) fn note_claimed(&self) {
        self.claimed.fetch_add(1, Relaxed);
    }

    /// Whether the room for claims just got wanted again.
    pub(crate) fn note_settled(&self) -> bool {
        self.claimed.fetch_sub(1, Relaxed);
        self.has_more_due.load(Relaxed)
    }

    /// Learns from the attempt that gives its place back. Says whether the place is given out again.
    fn learn(&self, took: Duration, answered: Option<bool>) -> bool {
        let mut size = lock(&self.size);
        if let Some(answered) = answered {
            let crowded = self.waiting.load(Relaxed) > 0;
            size.concurrency.learn(Sample { took, answered, crowded });
            let wanted = size.concurrency.places();
            while size.places < wanted {
                size.places += 1;
                if size.surplus > 0 {
                    size.surplus -= 1;
                } else {
                    self.places.add_permits(1);
                }
            }
            size.surplus += size.places.saturating_sub(wanted);
            size.places = size.places.min(wanted);
        }
        let keep = size.surplus == 0;
        size.surplus = size.surplus.saturating_sub(1);
        keep
    }
}

impl Place {
    /// The attempt is over.
    pub(crate) fn done(mut self, answered: bool) {
        self.answered = Some(answered);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let keep = self.lane.learn(self.since.elapsed(), self.answered);
        match self.permit.take() {
            Some(permit) if !keep => permit.forget(),
            _ => {}
        }
        self.lane.note_move();
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
    async fn a_lane_that_hangs_sends_newcomers_away_and_lets_them_in_again_when_it_moves() {
        let lane = Lanes::new(2).of(1);
        let (one, two) = (lane.place_soon().await.unwrap(), lane.place_soon().await.unwrap());
        assert!(lane.place_soon().await.is_none(), "nobody gives a place back within the patience");
        assert_eq!(lane.waiting.load(Relaxed), 0);
        drop(one);
        assert!(lane.place_soon().await.is_some());
        drop(two);
    }

    #[tokio::test]
    async fn who_waits_gets_the_place_that_is_given_back() {
        let lane = Lanes::new(1).of(1);
        let place = lane.place_soon().await.unwrap();
        let waiting = tokio::spawn({
            let lane = lane.clone();
            async move { lane.place_soon().await.is_some() }
        });
        while lane.waiting.load(Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        drop(place);
        assert!(waiting.await.unwrap());
    }

    #[test]
    fn claims_fill_the_room_of_a_lane_and_no_more() {
        let lane = Lanes::new(2).of(1);
        assert_eq!(lane.room_for_claims(), 8);
        (0..8).for_each(|_| lane.note_claimed());
        assert_eq!(lane.room_for_claims(), 0);
        assert!(!lane.note_settled());
        lane.has_more_due.store(true, Relaxed);
        assert!(lane.note_settled());
        assert_eq!(lane.room_for_claims(), 2);
    }

    #[tokio::test]
    async fn places_become_more_where_they_are_wanted_and_less_where_nobody_answers() {
        let lane = Lanes::new(64).of(1);
        let hold: Vec<Place> = take_all(&lane);
        assert_eq!((hold.len(), lane.places_used()), (8, 8));
        let waiting = tokio::spawn({
            let lane = lane.clone();
            async move { lane.place_within(Duration::from_secs(20)).await }
        });
        while lane.waiting.load(Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        hold.into_iter().for_each(|place| place.done(true));
        drop(waiting.await.unwrap());
        assert_eq!(take_all(&lane).len(), 10, "a quarter of a place for each answer while somebody waited");
        for _ in 0..20 {
            take_all(&lane).into_iter().for_each(|place| place.done(false));
        }
        assert_eq!(take_all(&lane).len(), 2);
        assert_eq!(lane.places_used(), 0);
    }

    fn take_all(lane: &Arc<Lane>) -> Vec<Place> {
        std::iter::from_fn(|| lane.places.clone().try_acquire_owned().ok().map(|permit| lane.place(permit)))
            .collect()
    }
}
