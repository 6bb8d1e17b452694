//! Numbers the webhooks of each installation, from 1 and without a gap.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::decided::Decided;

/// Events that have consecutive numbers of one installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) installation_id: Uuid,
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) event_ids: Vec<Uuid>,
}

/// How many numbers each installation needs. Ordered, so that everybody takes their locks in the same order.
pub(crate) fn needed<'a>(decisions: impl IntoIterator<Item = &'a Decided>) -> BTreeMap<Uuid, i64> {
    let mut needed = BTreeMap::new();
    for decided in decisions.into_iter().filter(|decided| decided.is_numbered()) {
        *needed.entry(decided.installation_id).or_default() += 1;
    }
    needed
}

/// Gives the numbers that end with `lasts` of each installation to the decisions about `events`, in their order.
pub(crate) fn number<'a>(
    events: impl IntoIterator<Item = (Uuid, &'a mut Vec<Decided>)>,
    needed: &BTreeMap<Uuid, i64>,
    lasts: &HashMap<Uuid, i64>,
) -> Vec<Run> {
    let mut runs: BTreeMap<Uuid, Run> = BTreeMap::new();
    for (event_id, decisions) in events {
        for decided in decisions.iter_mut().filter(|decided| decided.is_numbered()) {
            let installation_id = decided.installation_id;
            let run = runs.entry(installation_id).or_insert_with(|| {
                let last = lasts.get(&installation_id).copied().unwrap_or_default();
                let count = needed.get(&installation_id).copied().unwrap_or_default();
                Run { installation_id, first: last - count + 1, last: last - count, event_ids: Vec::new() }
            });
            run.last += 1;
            run.event_ids.push(event_id);
            decided.sequence = run.last;
        }
    }
    runs.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::decide::Verdict;
    use crate::domain::samples::decided;

    fn about(installations: &[u128]) -> Vec<Decided> {
        installations
            .iter()
            .map(|id| Decided { installation_id: Uuid::from_u128(*id), ..decided() })
            .collect()
    }

    #[test]
    fn each_installation_is_counted_for_itself_in_the_order_of_the_events() {
        let mut decisions = [about(&[1, 2]), about(&[]), about(&[2]), about(&[1, 2])];
        let withheld =
            Decided { verdict: Verdict::Suspended, installation_id: Uuid::from_u128(3), ..decided() };
        let refused =
            Decided { verdict: Verdict::ScopeMissing, installation_id: Uuid::from_u128(4), ..decided() };
        decisions[1].extend([withheld, refused]);
        let needed = needed(decisions.iter().flatten());
        let counts: Vec<_> = needed.iter().map(|(id, count)| (id.as_u128(), *count)).collect();
        assert_eq!(counts, [(1, 2), (2, 3), (3, 1)], "what is withheld is numbered, what is refused is not");

        let lasts = [(1, 12), (2, 3), (3, 1)].map(|(id, last)| (Uuid::from_u128(id), last)).into();
        let events = (100..).map(Uuid::from_u128).zip(&mut decisions);
        let runs = number(events, &needed, &lasts);
        let shown: Vec<(u128, i64, i64, Vec<u128>)> = runs
            .iter()
            .map(|run| {
                let ids = run.event_ids.iter().map(Uuid::as_u128).collect();
                (run.installation_id.as_u128(), run.first, run.last, ids)
            })
            .collect();
        assert_eq!(
            shown,
            [(1, 11, 12, vec![100, 103]), (2, 1, 3, vec![100, 102, 103]), (3, 1, 1, vec![101])]
        );
        let numbers: Vec<Vec<i64>> =
            decisions.iter().map(|all| all.iter().map(|decided| decided.sequence).collect()).collect();
        assert_eq!(numbers, [vec![11, 1], vec![1, 0], vec![2], vec![12, 3]]);
    }
}
