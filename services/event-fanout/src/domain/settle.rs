//! Which events are done, once it is known how their messages fared.

use std::ops::Range;

use uuid::Uuid;

/// Parts `events`, each told by any id, into those of which every message arrived and those that have to be handed over
/// again; `failed` are the positions covered by messages that did not arrive.
pub(crate) fn part(events: Vec<Uuid>, failed: &[Range<usize>]) -> (Vec<Uuid>, Vec<Uuid>) {
    if failed.is_empty() {
        return (events, Vec::new());
    }
    let (mut done, mut again) = (Vec::new(), Vec::new());
    for (position, event) in events.into_iter().enumerate() {
        let has_failed = failed.iter().any(|range| range.contains(&position));
        if has_failed { again.push(event) } else { done.push(event) }
    }
    (done, again)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_done_when_none_of_its_messages_failed() {
        let ids: Vec<_> = (0..5).map(Uuid::from_u128).collect();
        let cases = [
            (vec![], vec![0, 1, 2, 3, 4]),
            (vec![(0, 1)], vec![1, 2, 3, 4]),
            // An event may stand in several messages; one failure is enough.
            (vec![(2, 4)], vec![0, 1, 4]),
            (vec![(0, 2), (4, 5)], vec![2, 3]),
            (vec![(0, 5)], vec![]),
        ];
        for (failed, expected) in cases {
            let failed: Vec<_> = failed.into_iter().map(|(start, end)| start..end).collect();
            let (done, again) = part(ids.clone(), &failed);
            assert_eq!(done, expected.into_iter().map(|at: usize| ids[at]).collect::<Vec<_>>(), "{failed:?}");
            assert_eq!(done.len() + again.len(), ids.len());
        }
    }
}
