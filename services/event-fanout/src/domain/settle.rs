//! Which events are done, once it is known how their messages fared.

use std::ops::Range;

use uuid::Uuid;

/// Parts `events` into those of which every message arrived and those that have to be handed over again;
/// `failed` are the positions covered by messages that did not arrive.
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
        let cases: [(&[(usize, usize)], &[usize]); 5] = [
            (&[], &[0, 1, 2, 3, 4]),
            (&[(0, 1)], &[1, 2, 3, 4]),
            // Event 2 stands in two messages; one failure is enough.
            (&[(2, 4)], &[0, 1, 4]),
            (&[(0, 2), (4, 5)], &[2, 3]),
            (&[(0, 5)], &[]),
        ];
        for (failed, expected) in cases {
            let failed: Vec<_> = failed.iter().map(|&(start, end)| start..end).collect();
            let (done, again) = part(ids.clone(), &failed);
            assert_eq!(done, expected.iter().map(|&at| ids[at]).collect::<Vec<_>>(), "{failed:?}");
            assert_eq!(done.len() + again.len(), ids.len());
        }
    }
}
