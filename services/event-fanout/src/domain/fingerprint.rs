//! Fingerprints of events, which tell a repetition from another event with the same idempotency key.

use bytes::Bytes;
use patchbay_domain::Actor;
use sha2::{Digest, Sha256};

use super::event::{Event, IdempotencyKey};

/// Bytes of a fingerprint: enough that two events never share one by chance.
const FINGERPRINT_BYTES: usize = 16;

/// The key of an event, with the fingerprint of the event that it was given to.
pub(crate) fn idempotency_key(key: Bytes, event: &Event) -> IdempotencyKey {
    IdempotencyKey { key, content: fingerprint(event) }
}

/// A hash of everything that the product chose. Values that differ between two calls, such as the trace, are left out.
fn fingerprint(event: &Event) -> Bytes {
    let targets = serde_json::to_vec(&event.targets).unwrap_or_default();
    let actor = match &event.actor {
        Actor::User { id, name } => format!("user {id} {name}"),
        Actor::App => "app".to_owned(),
        Actor::System => String::new(),
    };
    let project = event.project_id.unwrap_or_default().to_be_bytes();
    let ordering_key = event.ordering_key.as_deref().unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [
        event.kind.name().as_bytes(),
        &event.data,
        actor.as_bytes(),
        &project,
        &targets,
        ordering_key.as_bytes(),
    ] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    Bytes::copy_from_slice(&hash.finalize()[..FINGERPRINT_BYTES])
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::domain::event::Target;
    use crate::domain::samples::{event, kind};

    #[test]
    fn a_repetition_has_the_fingerprint_of_the_first_and_another_event_has_not() {
        let repetition = Event {
            id: Uuid::from_u128(0xe2),
            accepted_at: event().accepted_at + TimeDelta::seconds(1),
            traceparent: Some("00-a-b-01".into()),
            ..event()
        };
        assert_eq!(fingerprint(&repetition), fingerprint(&event()));
        let others = [
            Event { kind: kind("issue.resolved"), ..event() },
            Event { data: "{}".into(), ..event() },
            Event { actor: Actor::App, ..event() },
            Event { actor: Actor::User { id: 1, name: "A".into() }, ..event() },
            Event { project_id: Some(1), ..event() },
            Event { targets: vec![Target::App("notify".into())], ..event() },
            Event { ordering_key: Some("k".into()), ..event() },
        ];
        let mut fingerprints: Vec<_> = others.iter().chain([&event()]).map(fingerprint).collect();
        fingerprints.sort();
        fingerprints.dedup();
        assert_eq!(fingerprints.len(), others.len() + 1);
    }
}
