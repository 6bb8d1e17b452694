//! The order of changes of one field of a ticket (its assignee or its status) on both sides.
//!
//! Changes of the tracker are ordered by its clock, ours by ours, and the later one wins. A write of ours comes back as a webhook, its
//! echo, which changes nothing. Writes are remembered before they are sent, because an echo can be faster than the response; how late
//! it comes does not matter.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

/// Writes that are remembered.
const MAX_WRITES: usize = 16;

/// The known order of a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Order<V> {
    /// Time of the last change of the tracker, by its clock.
    pub(crate) theirs: Option<DateTime<Utc>>,
    /// Time of our last change, unless the tracker's came later. By our clock until its echo tells it by the tracker's.
    pub(crate) ours: Option<DateTime<Utc>>,
    /// The values that were written to the tracker, oldest first.
    pub(crate) writes: Vec<Write<V>>,
}

/// A value that was written to the tracker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Write<V> {
    pub(crate) value: V,
    /// Time of our change.
    pub(crate) changed_at: DateTime<Utc>,
    /// A change to this value up to this time by the tracker's clock is an echo; any time if it is not known.
    pub(crate) echoed_at: Option<DateTime<Utc>>,
}

/// Who wins at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tie {
    /// The tracker: each of its changes says the whole state.
    Theirs,
    /// We.
    Ours,
}

/// The effect of a change of the tracker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Apply,
    /// The tracker reports what we wrote.
    Echo,
    /// A later change of the tracker is known.
    Old,
    /// A later change of ours is known; the tracker gets it, if it has not got it.
    OursIsLater,
}

impl<V: PartialEq> Order<V> {
    /// Judges a change of the tracker at `at`; `is_value` says whether a value that we wrote is the one of the change.
    pub(crate) fn judge(
        &self,
        at: Option<DateTime<Utc>>,
        tie: Tie,
        is_value: impl Fn(&V) -> bool,
    ) -> Verdict {
        if self.echo(at, is_value).is_some() {
            return Verdict::Echo;
        }
        let is_before = |at: DateTime<Utc>, known: DateTime<Utc>| match tie {
            Tie::Theirs => at < known,
            Tie::Ours => at <= known,
        };
        let Some(at) = at else { return Verdict::Apply };
        if self.theirs.is_some_and(|theirs| is_before(at, theirs)) {
            return Verdict::Old;
        }
        if self.ours.is_some_and(|ours| is_before(at, as_precise_as(at, ours))) {
            return Verdict::OursIsLater;
        }
        Verdict::Apply
    }

    /// The write whose echo this is: the oldest one that it can be.
    fn echo(&self, at: Option<DateTime<Utc>>, is_value: impl Fn(&V) -> bool) -> Option<usize> {
        self.writes.iter().position(|write| {
            is_value(&write.value)
                && match (write.echoed_at, at) {
                    (None, _) => true,
                    (Some(echoed_at), Some(at)) => at <= echoed_at,
                    (Some(_), None) => false,
                }
        })
    }

    /// Notes an echo.
    pub(crate) fn echoed(&mut self, at: Option<DateTime<Utc>>, is_value: impl Fn(&V) -> bool) {
        let Some(position) = self.echo(at, is_value) else { return };
        let Some(at) = at else {
            self.writes.remove(position);
            return;
        };
        let is_newest = position + 1 == self.writes.len();
        if is_newest && self.ours == Some(self.writes[position].changed_at) {
            // From now on both sides are compared by one clock.
            self.ours = Some(at);
        }
        // Echoes can overtake each other.
        for write in &mut self.writes[..=position] {
            write.echoed_at = write.echoed_at.max(Some(at));
        }
        self.theirs = self.theirs.max(Some(at));
    }

    /// Notes that a change of the tracker was applied. A change of ours that came meanwhile stays the later one.
    pub(crate) fn applied(&mut self, at: Option<DateTime<Utc>>) {
        let Some(at) = at else {
            self.writes.clear();
            self.ours = None;
            return;
        };
        self.theirs = self.theirs.max(Some(at));
        if self.ours.is_some_and(|ours| as_precise_as(at, ours) <= at) {
            self.ours = None;
        }
        for write in &mut self.writes {
            write.echoed_at = write.echoed_at.max(Some(at));
        }
    }

    /// Notes a change of ours that goes to the tracker.
    pub(crate) fn changed(&mut self, at: DateTime<Utc>) {
        self.ours = self.ours.max(Some(at));
    }

    /// Notes that a value is sent to the tracker, maybe again.
    pub(crate) fn wrote(&mut self, value: V, changed_at: DateTime<Utc>) {
        self.writes.pop_if(|last| last.value == value && last.echoed_at.is_none());
        self.writes.push(Write { value, changed_at, echoed_at: None });
        let surplus = self.writes.len().saturating_sub(MAX_WRITES);
        self.writes.drain(..surplus);
    }

    /// Notes that the tracker refused a value, so that no echo comes.
    pub(crate) fn refused(&mut self, value: &V) {
        self.writes.retain(|write| !(write.value == *value && write.echoed_at.is_none()));
    }
}

/// Our time `ours` for a comparison with the tracker's time `at`. A tracker that tells whole seconds has cut off the rest, so the rest of
/// ours does not count either.
fn as_precise_as(at: DateTime<Utc>, ours: DateTime<Utc>) -> DateTime<Utc> {
    if at.timestamp_subsec_nanos() == 0 { ours.trunc_subsecs(0) } else { ours }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn order() -> Order<i64> {
        Order { theirs: None, ours: None, writes: Vec::new() }
    }

    fn judge(order: &Order<i64>, value: i64, second: i64) -> Verdict {
        order.judge(Some(at(second)), Tie::Theirs, |written| *written == value)
    }

    #[test]
    fn an_echo_is_swallowed_however_late_and_however_often_it_comes() {
        let mut order = order();
        order.changed(at(10));
        order.wrote(1, at(10));
        order.changed(at(20));
        order.wrote(2, at(20));
        // The tracker's clock is an hour ahead, and the second echo is faster than the first.
        assert_eq!(judge(&order, 2, 3620), Verdict::Echo);
        order.echoed(Some(at(3620)), |written| *written == 2);
        assert_eq!(judge(&order, 1, 3610), Verdict::Echo);
        order.echoed(Some(at(3610)), |written| *written == 1);
        assert_eq!(judge(&order, 1, 3610), Verdict::Echo, "again");
        assert_eq!(judge(&order, 1, 3700), Verdict::Apply, "a person has chosen it later");
    }

    #[test]
    fn every_write_of_a_value_has_an_echo_of_its_own() {
        let mut order = order();
        for value in [1, 2, 1] {
            order.wrote(value, at(10));
        }
        for (value, second) in [(1, 20), (2, 21), (1, 22)] {
            assert_eq!(judge(&order, value, second), Verdict::Echo, "{value} at {second}");
            order.echoed(Some(at(second)), |written| *written == value);
        }
        assert_eq!(judge(&order, 2, 23), Verdict::Apply);
    }

    #[test]
    fn after_its_echo_a_change_of_ours_is_compared_by_the_clock_of_the_tracker() {
        let mut order = order();
        order.changed(at(10_000));
        order.wrote(1, at(10_000));
        assert_eq!(judge(&order, 5, 6_500), Verdict::OursIsLater, "its clock may be right");
        order.echoed(Some(at(6_400)), |written| *written == 1);
        assert_eq!(judge(&order, 5, 6_500), Verdict::Apply, "its clock is an hour behind");
    }

    #[test]
    fn the_later_change_wins_and_ties_are_decided() {
        let mut order = order();
        order.applied(Some(at(10)));
        assert_eq!(judge(&order, 5, 9), Verdict::Old);
        assert_eq!(judge(&order, 5, 10), Verdict::Apply);
        assert_eq!(order.judge(Some(at(10)), Tie::Ours, |_| false), Verdict::Old);
        order.changed(at(20));
        assert_eq!(judge(&order, 5, 15), Verdict::OursIsLater);
        assert_eq!(judge(&order, 5, 20), Verdict::Apply);
        assert_eq!(order.judge(Some(at(20)), Tie::Ours, |_| false), Verdict::OursIsLater);
        order.applied(Some(at(25)));
        assert_eq!(order.ours, None);
    }

    #[test]
    fn a_change_of_ours_that_came_while_another_was_applied_stays_the_later_one() {
        let mut order = order();
        order.changed(at(30));
        order.applied(Some(at(25)));
        assert_eq!(order.ours, Some(at(30)));
    }

    #[test]
    fn without_times_a_change_is_applied_unless_it_is_an_echo() {
        let mut order = order();
        order.changed(at(10));
        order.wrote(1, at(10));
        let judge = |order: &Order<i64>, value| order.judge(None, Tie::Theirs, |written| *written == value);
        assert_eq!(judge(&order, 2), Verdict::Apply);
        assert_eq!(judge(&order, 1), Verdict::Echo);
        order.echoed(None, |written| *written == 1);
        assert_eq!(judge(&order, 1), Verdict::Apply);
    }

    #[test]
    fn a_refused_write_has_no_echo_and_the_number_of_writes_is_bounded() {
        let mut order = order();
        order.wrote(1, at(10));
        order.refused(&1);
        assert_eq!(judge(&order, 1, 11), Verdict::Apply);
        for value in 0..100 {
            order.wrote(value, at(value));
        }
        assert_eq!(order.writes.len(), MAX_WRITES);
    }

    #[test]
    fn a_tracker_with_whole_seconds_is_compared_by_seconds() {
        let ours = at(5) + chrono::TimeDelta::milliseconds(400);
        let order = Order { theirs: None, ours: Some(ours), writes: Vec::<Write<u8>>::new() };
        let judge = |at, tie| order.judge(Some(at), tie, |_| false);
        assert_eq!(judge(at(5), Tie::Theirs), Verdict::Apply);
        assert_eq!(judge(at(5), Tie::Ours), Verdict::OursIsLater);
        assert_eq!(judge(at(4), Tie::Theirs), Verdict::OursIsLater);
        let precise = at(5) + chrono::TimeDelta::milliseconds(399);
        assert_eq!(judge(precise, Tie::Theirs), Verdict::OursIsLater);
        assert_eq!(judge(at(6), Tie::Ours), Verdict::Apply);
    }
}
