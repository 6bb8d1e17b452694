//! The places at each endpoint: how many attempts may run there at once, and who may wait for one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::crowding::{Crowd, PATIENCE, may_wait};

/// Claimed webhooks per place: enough that the next one is at hand when a place gets free.
const CLAIMED_PER_PLACE: u32 = 4;

/// The lane of every app.
#[derive(Debug)]
pub(crate) struct Lanes {
    lanes: Mutex<HashMap<i64, Arc<Lane>>>,
    places: u32,
}

/// The way to one app's endpoint.
#[derive(Debug)]
pub(crate) struct Lane {
    places: Arc<Semaphore>,
    size: u32,
    waiting: AtomicU32,
    /// Microseconds that an attempt took, as a moving average.
    typical: AtomicU64,
    /// When a place was last given away or back, in microseconds after `born`.
    moved: AtomicU64,
    born: Instant,
    /// Webhooks of this lane that were claimed from the database and are not recorded yet.
    claimed: AtomicU32,
    /// Whether the database may hold more that is due.
    pub has_more_due: AtomicBool,
}

/// A place at the endpoint, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    lane: Arc<Lane>,
    since: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Lanes {
    pub(crate) fn new(places: u32) -> Self {
        Self { lanes: Mutex::default(), places: places.max(1) }
    }

    pub(crate) fn of(&self, app_id: i64) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.entry(app_id).or_insert_with(|| Arc::new(Lane::new(self.places))).clone()
    }
}

impl Lane {
    fn new(size: u32) -> Self {
        Self {
            places: Arc::new(Semaphore::new(size as usize)),
            size,
            waiting: AtomicU32::new(0),
            typical: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            born: Instant::now(),
            claimed: AtomicU32::new(0),
            has_more_due: AtomicBool::new(false),
        }
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
        Place { lane: self.clone(), since: Instant::now(), _permit: permit }
    }

    fn crowd(&self) -> Crowd {
        Crowd {
            places: self.size,
            waiting: self.waiting.load(Relaxed),
            typical: Duration::from_micros(self.typical.load(Relaxed)),
            stalled: self.born.elapsed().saturating_sub(Duration::from_micros(self.moved.load(Relaxed))),
        }
    }

    fn note_move(&self) {
        self.moved.store(micros(self.born.elapsed()), Relaxed);
    }

    /// How many more webhooks may be claimed from the database for this lane.
    pub(crate) fn room_for_claims(&self) -> u32 {
        (self.size * CLAIMED_PER_PLACE).saturating_sub(self.claimed.load(Relaxed))
    }

    pub(crate) fn note_claimed(&self) {
        self.claimed.fetch_add(1, Relaxed);
    }

    /// Whether the room for claims just got wanted again.
    pub(crate) fn note_settled(&self) -> bool {
        self.claimed.fetch_sub(1, Relaxed);
        self.has_more_due.load(Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (took, before) = (micros(self.since.elapsed()), self.lane.typical.load(Relaxed));
        // Two that end at the same time may lose one of their samples; the average does not mind.
        self.lane.typical.store(before - before / 8 + took / 8, Relaxed);
        self.lane.note_move();
    }
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
}
