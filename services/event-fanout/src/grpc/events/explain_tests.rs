use super::*;
use crate::domain::event::Target;
use crate::domain::samples::{event, kind, subscription};
use crate::domain::subscription::{Change, Subscription};

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn index(subscriptions: impl IntoIterator<Item = Subscription>) -> Index {
    let mut index = Index::default();
    subscriptions.into_iter().for_each(|subscription| index.apply(Change::Set(Box::new(subscription))));
    index
}

fn delivery(installation: u128, status: DeliveryStatus, reason: &str) -> DeliveryState {
    DeliveryState {
        installation_uuid: id(installation).to_string(),
        status: status.into(),
        attempts: 2,
        response_code: 503,
        reason: reason.into(),
        due_at: None,
    }
}

fn outcomes(decisions: &[proto::Decision]) -> Vec<(String, Outcome, &str)> {
    let shown = |decision: &'_ proto::Decision| (decision.installation_uuid.clone(), decision.outcome());
    decisions
        .iter()
        .map(|decision| (shown(decision).0, shown(decision).1, decision.detail.as_str()))
        .collect()
}

#[test]
fn stored_decisions_count_even_if_subscriptions_have_changed() {
    let numbered = |number| Subscription { installation_id: id(number), ..subscription() };
    let then = index([
        numbered(1),
        numbered(2),
        Subscription { has_webhook: false, ..numbered(3) },
        Subscription { suspended_by: "webhooks_stopped".into(), ..numbered(4) },
        Subscription { events: Default::default(), ..numbered(5) },
        numbered(6),
        numbered(7),
    ]);
    let decided = match_all(&then, &event());
    // Since then 2 has left, 3, 4 and 5 are as 1 is, 8 is new, 9 is new and did not ask for it.
    let other = Subscription { events: Default::default(), ..numbered(9) };
    let now = index([1, 3, 4, 5, 6, 7, 8].map(numbered).into_iter().chain([other]));
    let deliveries = vec![
        delivery(1, DeliveryStatus::Dead, "exhausted"),
        delivery(6, DeliveryStatus::Held, "breaker_open"),
        delivery(7, DeliveryStatus::Pending, ""),
    ];
    let decisions = decisions(&now, &event(), Some(decided), deliveries);
    let expected = [
        (1, Outcome::Dead, "exhausted"),
        (2, Outcome::Pending, ""),
        (3, Outcome::NoWebhook, ""),
        (4, Outcome::Suspended, "webhooks_stopped"),
        (6, Outcome::Held, "breaker_open"),
        (7, Outcome::Pending, ""),
        (5, Outcome::NotSubscribed, "since_then"),
        (8, Outcome::NotSubscribed, "since_then"),
        (9, Outcome::NotSubscribed, ""),
    ];
    let expected = expected.map(|(number, outcome, detail)| (id(number).to_string(), outcome, detail));
    assert_eq!(outcomes(&decisions), expected);
    let dead = &decisions[0];
    assert_eq!((dead.attempts, dead.response_code), (2, 503));
    assert_eq!((dead.app_slug.as_str(), decisions[1].app_slug.as_str()), ("notify", ""));
}

#[test]
fn an_unconditional_target_is_pending_in_any_state() {
    let targets = [1, 2].map(|number| Target::Unconditional { installation_id: id(number), app_id: 3 });
    let event = Event { kind: kind("installation.created"), targets: targets.to_vec(), ..event() };
    let pending = Subscription { installation_id: id(1), installed: false, ..subscription() };
    let other = Subscription { installation_id: id(5), ..subscription() };
    let decisions = decisions(&index([pending, other]), &event, None, Vec::new());
    let expected = [(1, Outcome::Pending), (2, Outcome::Pending), (5, Outcome::NotSubscribed)];
    assert_eq!(outcomes(&decisions), expected.map(|(number, outcome)| (id(number).to_string(), outcome, "")));
}
