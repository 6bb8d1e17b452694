use patchbay_domain::ScopeSet;
use uuid::Uuid;

use super::*;
use crate::domain::samples::{event, kind, subscription};

#[test]
fn a_subscribed_event_is_sent_unless_something_stands_against_it() {
    let error = || Event { kind: kind("error.created"), ..event() };
    let build = || Event { kind: kind("preprod_artifact.size_analysis_completed"), ..event() };
    let all = || -> Subscription {
        let events =
            ["issue.created", "issue.resolved", "error.created", "preprod_artifact.size_analysis_completed"];
        Subscription { events: events.into_iter().map(kind).collect(), ..subscription() }
    };
    let in_project = |project_id| Event { project_id, ..event() };
    let limited = |projects: &[i64]| Subscription { project_ids: projects.to_vec(), ..all() };
    let resolved = Event { kind: kind("issue.resolved"), project_id: Some(5), ..event() };
    let cases = [
        ("all is in order", event(), subscription(), Verdict::Send),
        ("pending", event(), Subscription { installed: false, ..subscription() }, Verdict::NotInstalled),
        ("another event", error(), subscription(), Verdict::NotSubscribed),
        (
            "no scope",
            event(),
            Subscription { scopes: ScopeSet::EMPTY, ..subscription() },
            Verdict::ScopeMissing,
        ),
        ("the scope of another event", build(), all(), Verdict::ScopeMissing),
        (
            "stopped",
            event(),
            Subscription { suspended_by: "webhooks_stopped".into(), ..subscription() },
            Verdict::Suspended,
        ),
        (
            "disabled",
            event(),
            Subscription { suspended_by: "app_disabled".into(), ..subscription() },
            Verdict::Send,
        ),
        ("no webhook", event(), Subscription { has_webhook: false, ..subscription() }, Verdict::NoWebhook),
        ("its project", in_project(Some(4)), limited(&[2, 4]), Verdict::Send),
        ("another project", in_project(Some(5)), limited(&[2, 4]), Verdict::ProjectFiltered),
        ("no project where some are asked for", in_project(None), limited(&[2]), Verdict::ProjectFiltered),
        ("errors are filtered, too", error(), limited(&[2]), Verdict::ProjectFiltered),
        ("what happens later is not filtered", resolved, limited(&[2]), Verdict::Send),
    ];
    for (case, event, subscription, expected) in cases {
        assert_eq!(match_subscription(&event, &subscription), expected, "{case}");
    }
}

#[test]
fn a_named_event_asks_for_no_subscription_and_no_scope() {
    let named = |targets: Vec<Target>| Event { kind: kind("event_alert.triggered"), targets, ..event() };
    let bare = || Subscription { scopes: ScopeSet::EMPTY, events: Default::default(), ..subscription() };
    let by_slug = || named(vec![Target::App("notify".into())]);
    let cases = [
        ("by slug", by_slug(), bare(), Verdict::Send),
        ("by uuid", named(vec![Target::Installation(Uuid::from_u128(0x11))]), bare(), Verdict::Send),
        ("another app", named(vec![Target::App("other".into())]), bare(), Verdict::NotSubscribed),
        (
            "another uuid",
            named(vec![Target::Installation(Uuid::from_u128(9))]),
            bare(),
            Verdict::NotSubscribed,
        ),
        ("pending", by_slug(), Subscription { installed: false, ..bare() }, Verdict::NotInstalled),
        ("no webhook", by_slug(), Subscription { has_webhook: false, ..bare() }, Verdict::NoWebhook),
        ("filtered by project", by_slug(), Subscription { project_ids: vec![1], ..bare() }, Verdict::Send),
    ];
    for (case, event, subscription, expected) in cases {
        assert_eq!(match_subscription(&event, &subscription), expected, "{case}");
    }
}
