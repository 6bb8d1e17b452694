//! Numbers the webhooks of each installation, from 1 and without a gap.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::decision::Decision;

/// Events that have consecutive numbers of one installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) installation_id: Uuid,
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) event_ids: Vec<Uuid>,
}

impl Run {
    /// The events whose numbers end with `last`; `None` without any.
    pub(crate) fn ending_with(installation_id: Uuid, last: i64, event_ids: Vec<Uuid>) -> Option<Self> {
        let count = i64::try_from(event_ids.len()).ok().filter(|count| *count > 0)?;
        Some(Self { installation_id, first: last - count + 1, last, event_ids })
    }

    /// Each number and its event.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = (i64, Uuid)> {
        (self.first..).zip(self.event_ids.iter().copied())
    }
}

/// The events that need a number of each installation, in their order. The installations are sorted, so that all writers take their
/// locks in the same order.
pub(crate) fn numbered_events<'a>(
    events: impl IntoIterator<Item = (Uuid, &'a Vec<Decision>)>,
) -> BTreeMap<Uuid, Vec<Uuid>> {
    let mut numbered: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (event_id, decisions) in events {
        for decided in decisions.iter().filter(|decided| decided.is_numbered()) {
            numbered.entry(decided.installation_id).or_default().push(event_id);
        }
    }
    numbered
}

/// Gives the numbers that end with `lasts` of each installation to the decisions about the same events, in their order.
pub(crate) fn number<'a>(
    decisions: impl IntoIterator<Item = &'a mut Vec<Decision>>,
    numbered: &BTreeMap<Uuid, Vec<Uuid>>,
    lasts: &HashMap<Uuid, i64>,
) {
    let before = |installation_id: &Uuid, events: &Vec<Uuid>| {
        lasts.get(installation_id).copied().unwrap_or_default()
            - i64::try_from(events.len()).unwrap_or_default()
    };
    let mut given: HashMap<Uuid, i64> = numbered
        .iter()
        .map(|(installation_id, events)| (*installation_id, before(installation_id, events)))
        .collect();
    for decided in decisions.into_iter().flatten().filter(|decided| decided.is_numbered()) {
        let number = given.entry(decided.installation_id).or_default();
        *number += 1;
        decided.sequence = *number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::matching::Verdict;
    use crate::domain::samples::decided;

    fn about(installations: &[u128]) -> Vec<Decision> {
        installations
            .iter()
            .map(|id| Decision { installation_id: Uuid::from_u128(*id), ..decided() })
            .collect()
    }

    #[test]
    fn each_installation_is_counted_for_itself_in_the_order_of_the_events() {
        let mut decisions = [about(&[1, 2]), about(&[]), about(&[2]), about(&[1, 2])];
        let withheld =
            Decision { verdict: Verdict::Suspended, installation_id: Uuid::from_u128(3), ..decided() };
        let refused =
            Decision { verdict: Verdict::ScopeMissing, installation_id: Uuid::from_u128(4), ..decided() };
        decisions[1].extend([withheld, refused]);
        let events: Vec<Uuid> = (100..).map(Uuid::from_u128).take(4).collect();
        let numbered = numbered_events(events.iter().copied().zip(&decisions));
        let shown: Vec<(u128, Vec<u128>)> = numbered
            .iter()
            .map(|(id, events)| (id.as_u128(), events.iter().map(Uuid::as_u128).collect()))
            .collect();
        let expected = [(1, vec![100, 103]), (2, vec![100, 102, 103]), (3, vec![101])];
        assert_eq!(shown, expected, "what is withheld is numbered, what is refused is not");

        let lasts = [(1, 12), (2, 3), (3, 1)].map(|(id, last)| (Uuid::from_u128(id), last)).into();
        number(&mut decisions, &numbered, &lasts);
        let numbers: Vec<Vec<i64>> =
            decisions.iter().map(|all| all.iter().map(|decided| decided.sequence).collect()).collect();
        assert_eq!(numbers, [vec![11, 1], vec![1, 0], vec![2], vec![12, 3]]);
    }

    #[test]
    fn a_run_knows_its_numbers_by_its_last() {
        let run = Run::ending_with(Uuid::nil(), 12, vec![Uuid::from_u128(7), Uuid::from_u128(8)]).unwrap();
        assert_eq!(run.first, 11);
        let numbers: Vec<_> = run.numbers().map(|(number, event)| (number, event.as_u128())).collect();
        assert_eq!(numbers, [(11, 7), (12, 8)]);
        assert_eq!(Run::ending_with(Uuid::nil(), 12, Vec::new()), None);
    }
}
