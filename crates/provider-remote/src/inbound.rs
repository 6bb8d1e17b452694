//! Webhooks of a program: `POST /extensions/{key}/webhook/{token}/` with one event.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use patchbay_domain::SecretString;
use patchbay_provider::{
    Action, Change, ExternalUser, InboundAnswer, InboundRequest, Located, Received, Secrets, Timed,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::account::WEBHOOK_SECRET;

const MAX_TEXT: usize = 256;

/// A webhook.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    event: String,
    id: String,
    #[serde(default)]
    occurred_at: Option<DateTime<Utc>>,
    #[serde(default)]
    issue: Issue,
    #[serde(default)]
    changed: Vec<String>,
    #[serde(default)]
    previous: Previous,
}

#[derive(Debug, Default, Deserialize)]
struct Issue {
    #[serde(default)]
    id: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    status: Option<Status>,
    #[serde(default)]
    assignee: Option<Person>,
}

/// The values before the change, as far as they are known.
#[derive(Debug, Default, Deserialize)]
struct Previous {
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    status: Option<Status>,
}

#[derive(Debug, Deserialize)]
struct Status {
    done: bool,
}

#[derive(Debug, Deserialize)]
struct Person {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
}

/// The id of the account and the secret of a request.
fn token(request: &InboundRequest) -> Result<(String, &str), InboundAnswer> {
    if request.method != "POST" {
        return Err(InboundAnswer::empty(405));
    }
    let token = request.path.strip_prefix("webhook/").and_then(|token| token.split_once('.'));
    let (account, secret) = token.ok_or_else(|| InboundAnswer::invalid_token(400))?;
    let account = URL_SAFE_NO_PAD.decode(account).ok().and_then(|account| String::from_utf8(account).ok());
    Ok((account.ok_or_else(|| InboundAnswer::invalid_token(400))?, secret))
}

pub(crate) fn locate(request: &InboundRequest) -> Result<Located, InboundAnswer> {
    token(request).map(|(account, _)| Located::Integration(account))
}

pub(crate) fn receive(
    request: &InboundRequest,
    secrets: Option<&Secrets>,
) -> Result<Received, InboundAnswer> {
    let (account, given) = token(request)?;
    let secret = secrets.and_then(|secrets| secrets.metadata_text(WEBHOOK_SECRET)).unwrap_or_default();
    // The comparison takes the same time wherever the two differ.
    if secret.is_empty() || SecretString::new(secret) != SecretString::new(given) {
        return Err(InboundAnswer::invalid_token(401));
    }
    let event: Event = serde_json::from_slice(&request.body).map_err(|error| invalid(&error.to_string()))?;
    if !(1..=MAX_TEXT).contains(&event.id.len()) {
        return Err(invalid("`id` has 1 to 256 bytes"));
    }
    if event.event != "issue_updated" {
        return Ok(Received { is_ignored: true, ..Received::changes(InboundAnswer::empty(200), Vec::new()) });
    }
    let changes = changes(&event)?;
    let mut received = Received::changes(InboundAnswer::empty(200), changes);
    // Ids are unique within an account.
    received.delivery_id = Some(format!("{account}:{}", event.id));
    Ok(received)
}

fn invalid(detail: &str) -> InboundAnswer {
    InboundAnswer { body: json!({ "detail": detail }).to_string(), ..InboundAnswer::empty(400) }
}

/// The key first, then assignee and status.
fn changes(event: &Event) -> Result<Vec<Change>, InboundAnswer> {
    let at = Timed { at: event.occurred_at };
    let issue = &event.issue;
    if !(1..=MAX_TEXT).contains(&issue.key.len()) {
        return Err(invalid("`issue.key` has 1 to 256 bytes"));
    }
    let key = || issue.key.clone();
    let has_changed = |name: &str| event.changed.iter().any(|changed| changed == name);
    let mut changes = Vec::new();
    if has_changed("key") {
        let from = event.previous.key.clone().filter(|key| !key.is_empty());
        let from = from.ok_or_else(|| invalid("`previous.key` is required when the key has changed"))?;
        changes.push(Change::Key { from, to: key(), ticket_id: issue.id.clone() });
    }
    if has_changed("assignee") {
        let assignee = match &issue.assignee {
            None => None,
            Some(person) => Some(
                user(person).ok_or_else(|| invalid("`issue.assignee` has neither a name nor an email"))?,
            ),
        };
        changes.push(Change::Assignee { key: key(), assignee, at });
    }
    if has_changed("status") {
        let status = issue.status.as_ref().ok_or_else(|| invalid("`issue.status` is required"))?;
        let before = event.previous.status.as_ref().map(|status| status.done);
        changes.push(Change::Status {
            key: key(),
            data: json!({ "done": status.done, "before": before }),
            at,
        });
    }
    Ok(changes)
}

fn user(person: &Person) -> Option<ExternalUser> {
    let text = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let (email, name) = (text(&person.email), text(&person.name));
    (email.is_some() || name.is_some()).then_some(ExternalUser { email, name })
}

/// The meaning of the data of a changed status. A step between two statuses that are both done, or both not, means nothing.
pub(crate) fn action(data: &Value) -> Option<Action> {
    let done = data["done"].as_bool()?;
    if data["before"].as_bool() == Some(done) {
        return None;
    }
    Some(if done { Action::Resolve } else { Action::Unresolve })
}

#[cfg(test)]
mod tests {
    use patchbay_provider::Object;

    use super::*;

    fn post(token: &str, body: &Value) -> InboundRequest {
        InboundRequest {
            method: "POST".to_owned(),
            path: format!("webhook/{token}"),
            headers: Vec::new(),
            body: body.to_string().into(),
        }
    }

    fn secrets() -> Secrets {
        let metadata = Object::from_iter([(WEBHOOK_SECRET.to_owned(), "hush".into())]);
        Secrets { metadata, identity: Object::new() }
    }

    fn received(body: &Value) -> Result<Received, InboundAnswer> {
        let token = format!("{}.hush", URL_SAFE_NO_PAD.encode("t.test:1"));
        receive(&post(&token, body), Some(&secrets()))
    }

    #[test]
    fn an_event_is_its_changes_and_its_id_is_that_of_its_account() {
        let event = json!({
            "event": "issue_updated", "id": "e1", "occurredAt": "2026-10-02T07:30:15Z",
            "issue": {
                "id": "77", "key": "B-2", "title": "Printer on fire", "url": "https://t.test/B-2",
                "status": {"id": "5", "name": "Done", "done": true}, "assignee": {"name": "wren", "email": null},
            },
            "changed": ["assignee", "status", "key"],
            "previous": {"key": "A-1", "status": {"id": "1", "name": "Open", "done": false}},
            "actor": {"name": "finch"},
        });
        let received = received(&event).unwrap();
        let at = Timed { at: "2026-10-02T07:30:15Z".parse().ok() };
        let key = || "B-2".to_owned();
        let wren = ExternalUser { email: None, name: Some("wren".to_owned()) };
        let expected = [
            Change::Key { from: "A-1".to_owned(), to: key(), ticket_id: "77".to_owned() },
            Change::Assignee { key: key(), assignee: Some(wren), at },
            Change::Status { key: key(), data: json!({"done": true, "before": false}), at },
        ];
        assert_eq!(received.changes, expected);
        assert_eq!(received.delivery_id.as_deref(), Some("t.test:1:e1"));
    }

    #[test]
    fn a_wrong_token_is_refused_before_the_body_is_read() {
        let right = URL_SAFE_NO_PAD.encode("t.test:1");
        for token in ["", "x", ".", "%.hush", &format!("{right}."), &format!("{right}.husk"), &right] {
            let request = post(token, &json!("no event"));
            let answer = locate(&request).and_then(|_| receive(&request, Some(&secrets())).map(drop));
            assert!(answer.unwrap_err().is_invalid_token, "{token}");
        }
        let request = post(&format!("{right}.hush"), &json!({}));
        assert!(receive(&request, None).unwrap_err().is_invalid_token);
        let get = InboundRequest { method: "GET".to_owned(), ..request };
        assert_eq!(locate(&get).unwrap_err().status, 405);
    }

    #[test]
    fn an_event_that_cannot_be_understood_is_answered_with_the_reason() {
        for (event, word) in [
            (json!([]), "invalid length"),
            (json!({"event": "issue_updated"}), "`id`"),
            (json!({"event": "issue_updated", "id": ""}), "`id`"),
            (json!({"event": "issue_updated", "id": "1", "occurredAt": "yesterday"}), "invalid"),
            (json!({"event": "issue_updated", "id": "1", "issue": {}}), "`issue.key`"),
            (
                json!({"event": "issue_updated", "id": "1", "issue": {"key": "A"}, "changed": ["status"]}),
                "`issue.status`",
            ),
            (
                json!({"event": "issue_updated", "id": "1", "issue": {"key": "A"}, "changed": ["key"]}),
                "`previous.key`",
            ),
            (
                json!({"event": "issue_updated", "id": "1", "issue": {"key": "A", "assignee": {}}, "changed": ["assignee"]}),
                "`issue.assignee`",
            ),
        ] {
            let answer = received(&event).unwrap_err();
            assert!(answer.status == 400 && answer.body.contains(word), "{event}: {}", answer.body);
        }
    }

    #[test]
    fn an_unknown_event_is_answered_without_effect() {
        let received = received(&json!({"event": "comment_added", "id": "1"})).unwrap();
        assert!(received.is_ignored && received.changes.is_empty() && received.answer.status == 200);
    }

    #[test]
    fn only_a_step_across_the_border_of_done_means_something() {
        let action = |done: bool, before: Value| action(&json!({"done": done, "before": before}));
        assert_eq!(action(true, json!(false)), Some(Action::Resolve));
        assert_eq!(action(false, json!(true)), Some(Action::Unresolve));
        assert_eq!(action(true, Value::Null), Some(Action::Resolve));
        assert_eq!(action(true, json!(true)), None);
    }
}
