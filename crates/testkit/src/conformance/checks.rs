use std::collections::BTreeSet;

use bytes::Bytes;
use patchbay_provider::{
    Action, Assignee, Change, Descriptor, Feature, InboundAnswer, InboundRequest, IssueInfo, Kind, Located,
    Object, Received, Search,
};
use serde_json::{Value, json};

use super::connected::Connected;
use super::{Edit, Fault};
use crate::{SOON, eventually};

pub(super) fn the_description_is_complete(descriptor: &Descriptor) {
    let is_name = |text: &str, other: char| {
        let mut letters = text.chars();
        letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == other)
    };
    assert!(is_name(&descriptor.key, '_') && (1..=64).contains(&descriptor.key.len()), "{}", descriptor.key);
    assert!(is_name(&descriptor.path.replace('_', "-"), '-'), "{}", descriptor.path);
    for text in [&descriptor.name, &descriptor.metadata.description, &descriptor.unreachable_text] {
        assert!(!text.trim().is_empty());
    }
    let distinct = |names: Vec<&String>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
    assert!(!descriptor.setup_steps.is_empty() && distinct(descriptor.setup_steps.iter().collect()));
    assert!(distinct(descriptor.settings.iter().map(|setting| &setting.name).collect()));
    assert!(descriptor.has(Feature::IssueBasic));
    assert_eq!(descriptor.has(Feature::IssueSync), !descriptor.settings.is_empty());
    assert!(descriptor.settings.iter().all(|setting| setting.help.ends_with('.')));
}

fn issue() -> IssueInfo {
    IssueInfo {
        id: 9,
        short_id: "SHOP-1A".to_owned(),
        title: "ReferenceError: heck is not defined".to_owned(),
        body: "heck".to_owned(),
        url: "https://patchbay.example/organizations/acme/issues/9/".to_owned(),
        defaults: Object::new(),
    }
}

pub(super) async fn a_ticket_is_made_from_its_form_and_found(connected: &Connected<'_>) {
    let (provider, installation) = (connected.provider(), &connected.installation);
    let form = provider.create_form(installation, Some(&issue()), &Object::new()).await.unwrap();
    let names: BTreeSet<&str> = form.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names.len(), form.len(), "a field is in the form twice: {form:?}");
    let proposed = form.iter().any(|field| field.default == Some(issue().title.into()));
    assert!(proposed, "the form proposes the title of the issue: {form:?}");
    let of_rule = provider.create_form(installation, None, &Object::new()).await.unwrap();
    assert!(of_rule.len() < form.len(), "the form of a rule has no title and no description");
    let link = provider.link_form(installation, &issue()).await.unwrap();
    assert!(link.iter().any(|field| field.name == "externalIssue"));

    let made = provider.create_issue(installation, &connected.tracker.new_ticket("Printer on fire")).await;
    let made = made.unwrap();
    let read = provider.get_issue(installation, &made.key).await.unwrap();
    assert_eq!((read.key.as_str(), read.title.as_str()), (made.key.as_str(), "Printer on fire"));
    assert_eq!((&made.status, &made.project), (&read.status, &read.project));
    assert!(provider.issue_url(installation, &made.key).starts_with("http"));
    let mapping = provider.status_mapping(installation).await.unwrap();
    let is_known =
        |choices: &[patchbay_provider::Choice], value: &str| choices.iter().any(|it| it.value == value);
    assert!(is_known(&mapping.projects, &read.project), "{} is no project: {mapping:?}", read.project);
    assert!(is_known(&mapping.statuses, &read.status), "{} is no status: {mapping:?}", read.status);

    let search =
        Search { field: "externalIssue".to_owned(), query: "Printer".to_owned(), project: read.project };
    let found = provider.search(installation, &search).await.unwrap();
    let choice = found.iter().find(|choice| choice.label.contains("Printer on fire")).expect("it is found");
    let fields = Object::from_iter([
        ("externalIssue".to_owned(), choice.value.clone().into()),
        ("repo".to_owned(), search.project.into()),
    ]);
    assert_eq!(provider.ticket_key(installation, &fields).unwrap(), made.key);
}

pub(super) async fn a_ticket_that_does_not_exist_is_gone(connected: &Connected<'_>) {
    let key = connected.tracker.missing_key();
    let failure = connected.provider().get_issue(&connected.installation, key).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Gone, "{failure:?}");
    let assigned = connected.provider();
    let person = connected.tracker.person();
    let failure =
        assigned.sync_assignee_outbound(&connected.installation, key, Some(&person)).await.unwrap_err();
    assert!(!failure.is_retryable(), "{failure:?}");
}

pub(super) async fn an_assignee_goes_out_and_an_unknown_one_changes_nothing(connected: &Connected<'_>) {
    let (tracker, installation) = (connected.tracker, &connected.installation);
    let key = connected.ticket("Assigned").await;
    let sync = async |assignee: Option<&Assignee>| {
        connected.provider().sync_assignee_outbound(installation, &key, assignee).await
    };
    let person = tracker.person();
    sync(Some(&person)).await.unwrap();
    sync(Some(&person)).await.unwrap();
    assert!(tracker.is_assigned(&key).await);
    let unknown = Assignee {
        names: vec!["@no-such-person".to_owned()],
        emails: vec!["no-such-person@example.invalid".to_owned()],
    };
    let failure = sync(Some(&unknown)).await.unwrap_err();
    assert!(failure.kind == Kind::NoUser || !failure.is_retryable(), "{failure:?}");
    assert!(tracker.is_assigned(&key).await, "an unknown person leaves the ticket as it is");
    sync(None).await.unwrap();
    sync(None).await.unwrap();
    assert!(!tracker.is_assigned(&key).await);
}

pub(super) async fn a_status_goes_out_and_an_unknown_one_is_refused(connected: &Connected<'_>) {
    let (provider, installation) = (connected.provider(), &connected.installation);
    let (key, [open, done]) = (connected.ticket("Done").await, connected.tracker.statuses());
    for status in [done, open, done] {
        let ticket = provider.get_issue(installation, &key).await.unwrap();
        provider.sync_status_outbound(installation, &ticket, status).await.unwrap();
        assert_eq!(provider.get_issue(installation, &key).await.unwrap().status, status);
    }
    let ticket = provider.get_issue(installation, &key).await.unwrap();
    let failure = provider.sync_status_outbound(installation, &ticket, "no-such-status").await.unwrap_err();
    assert!(!failure.is_retryable(), "{failure:?}");
    assert_eq!(provider.get_issue(installation, &key).await.unwrap().status, done);
}

pub(super) async fn a_comment_is_written_and_edited(connected: &Connected<'_>) {
    let (provider, installation) = (connected.provider(), &connected.installation);
    let key = connected.ticket("Commented").await;
    let text = provider.quote_comment("Wren Ford", "The cable\nwas loose.");
    assert!(text.contains("Wren Ford wrote:") || text.contains("**Wren Ford** wrote:"), "{text}");
    let id = provider.create_comment(installation, &key, &text).await.unwrap();
    assert!(!id.is_empty());
    let has = |comments: Vec<String>, word: &str| comments.iter().any(|comment| comment.contains(word));
    assert!(has(connected.tracker.comments(&key).await, "The cable"));
    provider.update_comment(installation, &key, &id, "It was the plug.").await.unwrap();
    let comments = connected.tracker.comments(&key).await;
    assert!(has(comments.clone(), "the plug") && !has(comments.clone(), "The cable"), "{comments:?}");
}

/// Reads a webhook as the service does.
fn receive(connected: &Connected<'_>, request: &InboundRequest) -> Result<Received, InboundAnswer> {
    let provider = connected.provider();
    let located = provider.locate(request)?;
    let expected = Located::Integration(connected.installation.integration.external_id.clone());
    assert_eq!(located, expected, "the webhook is for this integration");
    provider.receive(request, Some(&connected.installation.secrets))
}

pub(super) async fn changes_of_people_come_in_with_their_time(connected: &Connected<'_>) {
    let key = connected.ticket("Changed").await;
    let person = connected.tracker.person();
    for edit in [Edit::Assign, Edit::Unassign, Edit::Close, Edit::Reopen] {
        let request = connected.change(&key, edit).await;
        let received = receive(connected, &request).unwrap();
        assert!((200..300).contains(&received.answer.status));
        let change = received.changes.iter().find(|change| match edit {
            Edit::Assign | Edit::Unassign => matches!(change, Change::Assignee { .. }),
            Edit::Close | Edit::Reopen => matches!(change, Change::Status { .. }),
        });
        let change = change.unwrap_or_else(|| panic!("{edit:?}: {received:?}"));
        assert_eq!(change.key(), key);
        match change {
            Change::Assignee { assignee, at, .. } => {
                assert!(at.at.is_some(), "{edit:?} has a time");
                let knows = |known: &[String], given: &Option<String>| {
                    given.as_ref().is_some_and(|given| known.iter().any(|it| it.eq_ignore_ascii_case(given)))
                };
                let is_person = assignee.as_ref().is_some_and(|user| {
                    knows(&person.emails, &user.email) || knows(&person.names, &user.name)
                });
                assert_eq!(is_person, edit == Edit::Assign, "{assignee:?}");
            }
            Change::Status { data, at, .. } => {
                assert!(at.at.is_some(), "{edit:?} has a time");
                let action =
                    connected.provider().resolve_action(&connected.installation, data).await.unwrap();
                let expected = if edit == Edit::Close { Action::Resolve } else { Action::Unresolve };
                assert_eq!(action, Some(expected), "{data}");
            }
            Change::Key { .. } | Change::Project { .. } => unreachable!("not looked for"),
        }
    }
}

pub(super) async fn forged_and_broken_webhooks_have_no_effect(connected: &Connected<'_>) {
    let key = connected.ticket("Forged").await;
    let request = connected.change(&key, Edit::Assign).await;
    let provider = connected.provider();
    let answer = |request: &InboundRequest| {
        provider
            .locate(request)
            .and_then(|_| provider.receive(request, Some(&connected.installation.secrets)))
    };
    assert!(answer(&request).is_ok());
    // The credential is in the path or in a header: each is made wrong and left out.
    let mut refused = 0;
    let mut try_forged = |forged: InboundRequest| {
        if let Err(answer) = answer(&forged) {
            // 204: an event of a name that the provider does not read.
            assert!(answer.status == 204 || (400..500).contains(&answer.status), "{answer:?}");
            refused += usize::from(answer.is_invalid_token);
        }
    };
    let flip = |text: &str| {
        let mut text = text.to_owned();
        let last = text.pop();
        text.push(if last == Some('A') { 'B' } else { 'A' });
        // The last character of base64 may carry bits that do not count.
        text.replacen('a', "b", 1)
    };
    try_forged(InboundRequest { path: flip(&request.path), ..request.clone() });
    for n in 0..request.headers.len() {
        let mut headers = request.headers.clone();
        headers[n].1 = flip(&headers[n].1);
        try_forged(InboundRequest { headers: headers.clone(), ..request.clone() });
        headers.remove(n);
        try_forged(InboundRequest { headers, ..request.clone() });
    }
    assert!(refused > 0, "no forged webhook was refused for its credential");

    for body in [&b""[..], b"{", b"\xff\xfe", b"[]", b"null", b"{\"a\":1}", b"<html>"] {
        let broken = InboundRequest { body: Bytes::copy_from_slice(body), ..request.clone() };
        match answer(&broken) {
            Ok(received) => assert!(received.changes.is_empty(), "{body:?}: {received:?}"),
            Err(answer) => assert!((400..500).contains(&answer.status), "{body:?}: {answer:?}"),
        }
    }
    let get = InboundRequest { method: "GET".to_owned(), ..request.clone() };
    assert_eq!(answer(&get).unwrap_err().status, 405);
    match provider.receive(&request, None) {
        Ok(received) => assert!(provider.descriptor().can_disable, "{received:?}"),
        Err(answer) => assert!((400..500).contains(&answer.status)),
    }
}

pub(super) async fn failures_have_a_kind_and_show_no_credentials(connected: &Connected<'_>) {
    let (tracker, installation) = (connected.tracker, &connected.installation);
    let mut secrets = Vec::new();
    let all = json!([installation.secrets.metadata, installation.secrets.identity]);
    collect(&all, &mut secrets);
    for (fault, kind) in [
        (Fault::Unauthorized, Kind::Unauthorized),
        (Fault::Forbidden, Kind::Forbidden),
        (Fault::Limited, Kind::RateLimited),
        (Fault::Broken, Kind::Unreachable),
        (Fault::Html, Kind::Unreadable),
        (Fault::Away, Kind::Unreachable),
    ] {
        if !tracker.fail(Some(fault)).await {
            continue;
        }
        let failure = connected.provider().probe(installation).await.unwrap_err();
        assert_eq!(failure.kind, kind, "{fault:?}: {failure:?}");
        assert_eq!(failure.retry_at.is_some(), fault == Fault::Limited, "{fault:?}: {failure:?}");
        for secret in &secrets {
            assert!(!format!("{failure:?}").contains(secret), "{fault:?} shows a credential");
        }
        tracker.fail(None).await;
    }
    eventually(SOON, "the tracker works again", async || connected.provider().probe(installation).await.ok())
        .await;
}

/// Texts that are long enough to be secret and are no address.
fn collect(value: &Value, secrets: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() >= 12 && !text.contains("://") && !text.contains(':') => {
            secrets.push(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, secrets)),
        Value::Object(values) => values.values().for_each(|value| collect(value, secrets)),
        _ => {}
    }
}

pub(super) async fn the_webhook_is_removed_in_the_end(connected: &Connected<'_>) {
    let (provider, installation) = (connected.provider(), &connected.installation);
    assert!(!provider.check_webhook(installation).await.unwrap(), "the webhook is there");
    provider.uninstall(installation).await.unwrap();
    assert_ne!(connected.tracker.has_webhook().await, Some(true));
    if connected.tracker.has_webhook().await.is_some() {
        assert!(provider.check_webhook(installation).await.unwrap(), "it is made again");
        assert_eq!(connected.tracker.has_webhook().await, Some(true));
        provider.uninstall(installation).await.unwrap();
    }
    // A webhook that is gone already is no failure.
    provider.uninstall(installation).await.unwrap();
}
