use super::*;
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

fn delivery(installation: u128, status: DeliveryStatus) -> DeliveryState {
    DeliveryState {
        installation_uuid: id(installation).to_string(),
        status: status.into(),
        attempts: 2,
        response_code: 503,
        reason: "exhausted".into(),
        due_at: None,
    }
}

fn outcomes(decisions: &[Decision]) -> Vec<(String, Outcome)> {
    decisions.iter().map(|decision| (decision.installation_uuid.clone(), decision.outcome())).collect()
}

#[test]
fn what_happened_counts_for_more_than_what_would_happen_now() {
    let numbered = |number| Subscription { installation_id: id(number), ..subscription() };
    let index = index([
        numbered(1),
        numbered(2),
        Subscription { has_webhook: false, ..numbered(3) },
        Subscription { has_webhook: false, ..numbered(4) },
    ]);
    let deliveries = vec![
        delivery(1, DeliveryStatus::Dead),
        delivery(3, DeliveryStatus::Delivered),
        delivery(9, DeliveryStatus::Dropped),
    ];
    let decisions = decisions(&index, &event(), deliveries);
    let expected = [
        (1, Outcome::Dead),
        (2, Outcome::Pending),
        (3, Outcome::Delivered),
        (4, Outcome::NoWebhook),
        // Uninstalled since.
        (9, Outcome::Dropped),
    ];
    assert_eq!(outcomes(&decisions), expected.map(|(number, outcome)| (id(number).to_string(), outcome)));
    let dead = &decisions[0];
    assert_eq!((dead.attempts, dead.response_code, dead.detail.as_str()), (2, 503, "exhausted"));
    assert_eq!((dead.app_slug.as_str(), decisions[4].app_slug.as_str()), ("notify", ""));
}

#[test]
fn an_unconditional_target_is_pending_whatever_the_index_says_of_it() {
    let targets = [1, 2].map(|number| Target::Unconditional { installation_id: id(number), app_id: 3 });
    let event = Event { kind: kind("installation.created"), targets: targets.to_vec(), ..event() };
    let pending = Subscription { installation_id: id(1), installed: false, ..subscription() };
    let other = Subscription { installation_id: id(5), ..subscription() };
    let decisions = decisions(&index([pending, other]), &event, Vec::new());
    let expected = [(1, Outcome::Pending), (5, Outcome::NotSubscribed), (2, Outcome::Pending)];
    assert_eq!(outcomes(&decisions), expected.map(|(number, outcome)| (id(number).to_string(), outcome)));
}
