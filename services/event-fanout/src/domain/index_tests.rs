//! The index against the obvious: a list of all subscriptions, looked through for each event.

use patchbay_domain::{Scope, ScopeSet};
use proptest::prelude::*;

use super::*;
use crate::domain::decision::match_all;
use crate::domain::event::Event;
use crate::domain::matching::{Verdict, match_subscription};
use crate::domain::samples::{event, kind, subscription};

fn some_subscription() -> impl Strategy<Value = Subscription> {
    let kinds =
        proptest::sample::subsequence(vec!["issue.created", "issue.resolved", "error.created"], 0..=3);
    let projects = proptest::sample::subsequence(vec![1, 2], 0..=2);
    let flags = any::<(bool, bool, bool)>();
    (0..6_u128, 0..3_i64, 0..3_i64, kinds, projects, flags).prop_map(
        |(installation, organization_id, app_id, kinds, project_ids, (installed, has_scope, has_webhook))| {
            Subscription {
                // An installation never moves to another organization.
                installation_id: Uuid::from_u128(installation * 10 + organization_id.unsigned_abs() as u128),
                organization_id,
                installed: installed || has_scope,
                app_id,
                app_slug: format!("app-{app_id}"),
                events: kinds.into_iter().map(kind).collect(),
                scopes: if has_scope { ScopeSet::of(&[Scope::EventRead]) } else { ScopeSet::EMPTY },
                project_ids,
                has_webhook,
                ..subscription()
            }
        },
    )
}

fn some_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => some_subscription().prop_map(|subscription| Change::Set(Box::new(subscription))),
        1 => some_subscription().prop_map(|gone| Change::Removed {
            organization_id: gone.organization_id,
            installation_id: gone.installation_id,
        }),
    ]
}

fn some_event() -> impl Strategy<Value = Event> {
    let subscribed = prop_oneof![Just("issue.created"), Just("issue.resolved"), Just("error.created")]
        .prop_map(|name| (name, Vec::new()));
    let uuid = (0..6_u128, 0..3_u128).prop_map(|(a, b)| Uuid::from_u128(a * 10 + b));
    let target = prop_oneof![
        (0..3).prop_map(|app| Target::App(format!("app-{app}"))),
        uuid.clone().prop_map(Target::Installation),
        uuid.prop_map(|installation_id| Target::Unconditional { installation_id, app_id: 1 }),
    ];
    let named =
        proptest::collection::vec(target, 1..4).prop_map(|targets| ("event_alert.triggered", targets));
    let project = proptest::option::of(1..4_i64);
    (prop_oneof![subscribed, named], 0..3_i64, project).prop_map(
        |((name, targets), organization_id, project_id)| Event {
            kind: kind(name),
            targets,
            organization_id,
            project_id,
            ..event()
        },
    )
}

/// The last word about each installation.
fn naive(changes: &[Change]) -> Vec<Subscription> {
    let mut all: Vec<Subscription> = Vec::new();
    for change in changes {
        let id = match change {
            Change::Set(subscription) => subscription.installation_id,
            Change::Removed { installation_id, .. } => *installation_id,
        };
        all.retain(|subscription| subscription.installation_id != id);
        if let Change::Set(subscription) = change {
            all.push((**subscription).clone());
        }
    }
    all
}

/// The receivers of the event: every unconditional target, and every installation that matches.
fn naive_receivers(all: &[Subscription], event: &Event) -> Vec<(Uuid, bool)> {
    let mut receivers: Vec<(Uuid, bool)> = Vec::new();
    for target in &event.targets {
        if let Target::Unconditional { installation_id, .. } = target {
            receivers.push((*installation_id, true));
        }
    }
    for subscription in all.iter().filter(|all| all.organization_id == event.organization_id) {
        let is_new = receivers.iter().all(|(id, _)| *id != subscription.installation_id);
        if is_new && match_subscription(event, subscription) == Verdict::Send {
            receivers.push((subscription.installation_id, false));
        }
    }
    receivers.sort_unstable();
    receivers.dedup();
    receivers
}

proptest! {
    #[test]
    fn the_index_finds_whom_a_look_through_everything_finds(
        changes in proptest::collection::vec(some_change(), 0..40),
        events in proptest::collection::vec(some_event(), 1..10),
    ) {
        let mut index = Index::default();
        changes.iter().cloned().for_each(|change| index.apply(change));
        let all = naive(&changes);
        prop_assert_eq!(index.len(), all.len());
        for event in &events {
            let decisions = match_all(&index, event);
            let sent = decisions.iter().filter(|decided| decided.is_sent());
            let mut found: Vec<_> =
                sent.map(|decided| (decided.installation_id, decided.unconditional)).collect();
            found.sort_unstable();
            prop_assert_eq!(found, naive_receivers(&all, event));
        }
    }
}

#[test]
fn a_target_is_known_in_its_own_organization_whatever_state_it_is_in() {
    let mut index = Index::default();
    index.apply(Change::Set(Box::new(Subscription { installed: false, ..subscription() })));
    let id = subscription().installation_id;
    let cases = [
        (7, Target::Installation(id), true),
        (7, Target::App("notify".into()), true),
        (7, Target::App("other".into()), false),
        (8, Target::Installation(id), false),
        (8, Target::App("notify".into()), false),
        (8, Target::Unconditional { installation_id: id, app_id: 3 }, true),
    ];
    for (organization, target, known) in cases {
        assert_eq!(index.knows(organization, &target), known, "{organization} {target:?}");
    }
}

#[test]
fn an_organization_without_installations_takes_no_memory() {
    let mut index = Index::default();
    index.apply(Change::Set(Box::new(subscription())));
    index.apply(Change::Removed { organization_id: 7, installation_id: subscription().installation_id });
    assert_eq!(index, Index::default());
}
