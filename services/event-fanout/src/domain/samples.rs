//! An ordinary event and an ordinary installation that gets it, for tests to vary.

use bytes::Bytes;
use chrono::DateTime;
use patchbay_domain::{Actor, Scope, ScopeSet};
use uuid::Uuid;

use super::decision::Decision;
use super::event::Event;
use super::kind::Kind;
use super::matching::Verdict;
use super::receiver::Receiver;
use super::subscription::Subscription;

pub(crate) fn kind(name: &str) -> Kind {
    Kind::named(name).expect("the catalogue has it")
}

pub(crate) fn event() -> Event {
    Event {
        id: Uuid::from_u128(0xe1),
        accepted_at: DateTime::from_timestamp(1_700_000_000, 0).expect("a time"),
        organization_id: 7,
        idempotency_key: None,
        kind: kind("issue.created"),
        data: Bytes::from_static(br#"{"issue":{}}"#),
        actor: Actor::System,
        project_id: None,
        targets: Vec::new(),
        ordering_key: None,
        traceparent: None,
    }
}

pub(crate) fn subscription() -> Subscription {
    Subscription {
        installation_id: Uuid::from_u128(0x11),
        organization_id: 7,
        installed: true,
        app_id: 3,
        app_uuid: Uuid::from_u128(0xaa),
        app_slug: "notify".into(),
        app_name: "Notify".into(),
        events: [kind("issue.created")].into_iter().collect(),
        scopes: ScopeSet::of(&[Scope::EventRead]),
        project_ids: Vec::new(),
        has_webhook: true,
        suspended_by: String::new(),
    }
}

pub(crate) fn receiver(subscription: &Subscription) -> Receiver<'_> {
    Receiver { installation_id: subscription.installation_id, subscription: Some(subscription) }
}

pub(crate) fn decided() -> Decision {
    Decision {
        installation_id: Uuid::from_u128(0x11),
        app_id: 3,
        verdict: Verdict::Send,
        unconditional: false,
        suspended_by: String::new(),
        sequence: 0,
    }
}
