//! The groups of events that this process is handing over, so that the recovery leaves them alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use patchbay_runtime::metrics::Gauge;
use tokio::time::Instant;
use uuid::Uuid;

/// The groups by id, with their progress. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct InFlight {
    state: Arc<Mutex<State>>,
    /// Events that are not settled.
    gauge: Gauge,
}

#[derive(Debug)]
struct State {
    groups: HashMap<Uuid, Progress>,
    /// When a message was last settled, or when the first group was added after a time without any.
    moved: Instant,
}

#[derive(Debug)]
struct Progress {
    /// Events that are not settled.
    open: usize,
    failed: bool,
}

impl InFlight {
    pub(crate) fn new(gauge: Gauge) -> Self {
        let state = State { groups: HashMap::new(), moved: Instant::now() };
        Self { state: Arc::new(Mutex::new(state)), gauge }
    }

    /// Adds a group with this number of events. May be repeated with another number until the first event is settled; 0 removes the
    /// group.
    pub(crate) fn begin(&self, group: Uuid, events: usize) {
        let mut state = self.lock();
        if state.groups.is_empty() {
            state.moved = Instant::now();
        }
        let before = match events {
            0 => state.groups.remove(&group),
            events => state.groups.insert(group, Progress { open: events, failed: false }),
        };
        self.gauge.inc_by(count(events));
        self.gauge.dec_by(count(before.map_or(0, |progress| progress.open)));
    }

    /// Settles one event for each entry of `groups`: its deliveries have arrived. Returns the groups in which every event has arrived.
    /// They stay in flight until they are marked.
    pub(crate) fn arrived(&self, groups: &[Uuid]) -> Vec<Uuid> {
        self.settle(groups, false)
    }

    /// Settles one event for each entry of `groups`: it could not be handed over. Once all events of such a group are settled, the
    /// recovery hands over the whole group again. The sender recognises the deliveries that it has.
    pub(crate) fn failed(&self, groups: &[Uuid]) {
        self.settle(groups, true);
    }

    /// Removes groups that are marked.
    pub(crate) fn end(&self, groups: &[Uuid]) {
        let mut state = self.lock();
        for group in groups {
            state.groups.remove(group);
        }
    }

    pub(crate) fn contains(&self, group: Uuid) -> bool {
        self.lock().groups.contains_key(&group)
    }

    /// Records that a message was settled.
    pub(crate) fn moved(&self) {
        self.lock().moved = Instant::now();
    }

    /// How long no message has been settled while groups are in flight; `None` if there are none.
    pub(crate) fn stalled_for(&self) -> Option<Duration> {
        let state = self.lock();
        (!state.groups.is_empty()).then(|| state.moved.elapsed())
    }

    fn settle(&self, groups: &[Uuid], failed: bool) -> Vec<Uuid> {
        let all = &mut self.lock().groups;
        let mut done = Vec::new();
        // Entries of one group are adjacent.
        for same in groups.chunk_by(|a, b| a == b) {
            let Some(group) = same.first() else { continue };
            let Some(progress) = all.get_mut(group) else { continue };
            progress.open = progress.open.saturating_sub(same.len());
            progress.failed |= failed;
            if progress.open == 0 && progress.failed {
                all.remove(group);
            } else if progress.open == 0 {
                done.push(*group);
            }
        }
        self.gauge.dec_by(count(groups.len()));
        done
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(events: usize) -> i64 {
    i64::try_from(events).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn a_group_is_done_when_all_of_its_events_have_arrived_and_gone_when_it_is_marked() {
        let in_flight = InFlight::new(Gauge::default());
        in_flight.begin(id(1), 3);
        in_flight.begin(id(2), 1);
        assert!(in_flight.arrived(&[id(1), id(1)]).is_empty());
        assert_eq!(in_flight.gauge.get(), 2);
        assert_eq!(in_flight.arrived(&[id(1), id(2)]), [id(1), id(2)]);
        assert!(in_flight.contains(id(1)), "the recovery leaves it alone until the mark is written");
        in_flight.end(&[id(1), id(2)]);
        assert!(!in_flight.contains(id(1)));
        assert_eq!(in_flight.gauge.get(), 0);
    }

    #[test]
    fn how_many_events_a_group_has_may_turn_out_to_be_less() {
        let in_flight = InFlight::new(Gauge::default());
        in_flight.begin(id(1), 3);
        in_flight.begin(id(1), 2);
        assert_eq!(in_flight.gauge.get(), 2);
        assert_eq!(in_flight.arrived(&[id(1), id(1)]), [id(1)]);
        in_flight.begin(id(2), 3);
        in_flight.begin(id(2), 0);
        assert!(!in_flight.contains(id(2)));
        assert_eq!(in_flight.gauge.get(), 0);
    }

    #[test]
    fn only_open_work_can_stall_and_new_work_begins_afresh() {
        let in_flight = InFlight::new(Gauge::default());
        let long_ago = || in_flight.lock().moved = Instant::now() - Duration::from_secs(60);
        long_ago();
        assert_eq!(in_flight.stalled_for(), None, "there is nothing to do");
        in_flight.begin(id(1), 2);
        assert!(in_flight.stalled_for() < Some(Duration::from_secs(60)));
        long_ago();
        in_flight.begin(id(2), 1);
        in_flight.failed(&[id(2)]);
        let stalled = in_flight.stalled_for();
        assert!(stalled >= Some(Duration::from_secs(60)), "what is left to the recovery is no progress");
        in_flight.moved();
        assert!(in_flight.stalled_for() < Some(Duration::from_secs(60)));
    }

    #[test]
    fn a_group_of_which_an_event_failed_is_the_recoverys_once_nothing_of_it_is_open() {
        let in_flight = InFlight::new(Gauge::default());
        in_flight.begin(id(1), 3);
        in_flight.failed(&[id(1)]);
        assert!(in_flight.arrived(&[id(1)]).is_empty());
        assert!(in_flight.contains(id(1)));
        assert!(in_flight.arrived(&[id(1)]).is_empty(), "it is not marked");
        assert!(!in_flight.contains(id(1)));
        assert_eq!(in_flight.gauge.get(), 0);
    }
}
