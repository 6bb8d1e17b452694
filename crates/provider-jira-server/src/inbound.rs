//! Webhooks of Jira: `POST /extensions/jira-server/issue-updated/{token}/`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use patchbay_provider::{
    Change, ExternalUser, InboundAnswer, InboundRequest, Located, Received, Secrets, Timed,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The claims of the token in the address.
#[derive(Deserialize)]
struct Claims {
    id: String,
}

fn token(request: &InboundRequest) -> Result<&str, InboundAnswer> {
    if request.method != "POST" {
        return Err(InboundAnswer::empty(405));
    }
    let token = request.path.trim_end_matches('/').strip_prefix("issue-updated/");
    token.filter(|token| !token.trim().is_empty()).ok_or_else(|| InboundAnswer::invalid_token(400))
}

/// Reads the integration from the token, which is checked afterwards with its secret.
pub(crate) fn locate(request: &InboundRequest) -> Result<Located, InboundAnswer> {
    let invalid = || InboundAnswer::invalid_token(400);
    let mut parts = token(request)?.split('.');
    let claims = parts.nth(1).and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok()).ok_or_else(invalid)?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(|_| invalid())?;
    Ok(Located::Integration(claims.id))
}

pub(crate) fn receive(
    request: &InboundRequest,
    secrets: Option<&Secrets>,
) -> Result<Received, InboundAnswer> {
    let secret = secrets.and_then(|secrets| secrets.metadata_text("webhook_secret"));
    let secret =
        secret.filter(|secret| !secret.is_empty()).ok_or_else(|| InboundAnswer::invalid_token(400))?;
    check(token(request)?, secret)?;
    let event: Value = serde_json::from_slice(&request.body).map_err(|_| InboundAnswer::empty(400))?;
    Ok(Received::changes(InboundAnswer::empty(200), changes(&event)))
}

/// Only HS256; the library compares in constant time.
fn check(token: &str, secret: &str) -> Result<(), InboundAnswer> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_secret(secret.as_bytes());
    match jsonwebtoken::decode::<Claims>(token, &key, &validation) {
        Ok(_) => Ok(()),
        Err(_) => Err(InboundAnswer::invalid_token(400)),
    }
}

/// The key first, then assignee and status. Nothing but the changelog, the key, the assignee and the time may be relied on.
fn changes(event: &Value) -> Vec<Change> {
    let Some(items) = event["changelog"]["items"].as_array() else { return Vec::new() };
    let issue = &event["issue"];
    let at = Timed { at: issue["fields"]["updated"].as_str().and_then(time) };
    let of = |name: &str| items.iter().find(|item| item["field"] == name);
    let mut changes = Vec::new();
    let moved = of("Key").and_then(|item| Some((item["fromString"].as_str()?, item["toString"].as_str()?)));
    if let Some((from, to)) = moved {
        let ticket_id = issue["id"].as_str().unwrap_or_default().to_owned();
        changes.push(Change::Key { from: from.to_owned(), to: to.to_owned(), ticket_id });
    }
    let key = issue["key"].as_str().or(moved.map(|(_, to)| to));
    let Some(key) = key.filter(|key| !key.is_empty()) else { return changes };
    if let Some(assignee) = of("assignee").and_then(|item| assignee(issue, item)) {
        changes.push(Change::Assignee { key: key.to_owned(), assignee, at });
    }
    if let Some(item) = of("status") {
        let data = json!({ "from": item["from"], "to": item["to"] });
        changes.push(Change::Status { key: key.to_owned(), data, at });
    }
    changes
}

/// The assignee now; `None` if it is not known who it is.
fn assignee(issue: &Value, item: &Value) -> Option<Option<ExternalUser>> {
    let Some(assignee) = issue.get("fields").and_then(|fields| fields.get("assignee")) else {
        return item["to"].is_null().then_some(None);
    };
    if assignee.is_null() {
        return Some(None);
    }
    let text = |name: &str| assignee[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let Some(email) = text("emailAddress") else {
        tracing::info!("Jira names an assignee without an e-mail address; the issue keeps its assignee");
        return None;
    };
    Some(Some(ExternalUser { email: Some(email), name: text("name") }))
}

/// Any ISO form; without a zone it is UTC.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z")
        .or_else(|_| DateTime::parse_from_rfc3339(text))
        .map(|time| time.with_timezone(&Utc));
    zoned.ok().or_else(|| {
        let text = text.trim_end_matches(" UTC").replace(' ', "T");
        let time = NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
        Some(time.and_utc())
    })
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{EncodingKey, Header};
    use patchbay_provider::Object;

    use super::*;

    /// The example of the contract.
    const GOLDEN: &str = include_str!("../tests/golden/issue_updated.json");
    const SECRET: &str = "hush-hush";

    fn signed(algorithm: Algorithm, secret: &str) -> String {
        let claims = json!({ "id": "jira.acme.test:patchbay-acme" });
        jsonwebtoken::encode(&Header::new(algorithm), &claims, &EncodingKey::from_secret(secret.as_bytes()))
            .unwrap()
    }

    fn post(token: &str, body: &str) -> InboundRequest {
        InboundRequest {
            method: "POST".to_owned(),
            path: format!("issue-updated/{token}"),
            headers: Vec::new(),
            body: body.to_owned().into(),
        }
    }

    fn secrets() -> Secrets {
        let metadata = Object::from_iter([("webhook_secret".to_owned(), SECRET.into())]);
        Secrets { metadata, identity: Object::new() }
    }

    #[test]
    fn the_example_of_the_contract_is_an_assignee_and_a_status() {
        let request = post(&signed(Algorithm::HS256, SECRET), GOLDEN);
        let Ok(Located::Integration(id)) = locate(&request) else { panic!("it names its integration") };
        assert_eq!(id, "jira.acme.test:patchbay-acme");
        let Ok(received) = receive(&request, Some(&secrets())) else { panic!("it is signed") };
        let at = Timed { at: Some("2026-10-02T07:30:15.123Z".parse().unwrap()) };
        let user = ExternalUser { email: Some("wren@example.org".to_owned()), name: Some("wren".to_owned()) };
        let key = || "OPS-7".to_owned();
        let expected = vec![
            Change::Assignee { key: key(), assignee: Some(user), at },
            Change::Status { key: key(), data: json!({ "from": "1", "to": "3" }), at },
        ];
        assert_eq!((received.changes, received.answer.status), (expected, 200));
    }

    #[test]
    fn a_token_that_is_not_ours_is_refused() {
        let none = format!(
            "{}.{}.",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
            URL_SAFE_NO_PAD.encode(r#"{"id":"x"}"#)
        );
        for token in [
            "",
            " ",
            "x",
            "a.b.c",
            &none,
            &signed(Algorithm::HS512, SECRET),
            &signed(Algorithm::HS256, "other"),
        ] {
            let request = post(token, GOLDEN);
            let answer =
                locate(&request).map(drop).and_then(|()| receive(&request, Some(&secrets())).map(drop));
            assert_eq!(answer.err(), Some(InboundAnswer::invalid_token(400)), "{token}");
        }
        let unknown = receive(&post(&signed(Algorithm::HS256, SECRET), GOLDEN), None);
        assert_eq!(unknown.err(), Some(InboundAnswer::invalid_token(400)));
    }

    #[test]
    fn fields_may_be_missing_and_a_ticket_may_have_moved() {
        let item = |field: &str, from: Value, to: Value| json!({ "field": field, "from": from, "to": to });
        let unassigned = json!({
            "issue": { "key": "OPS-7" },
            "changelog": { "items": [item("assignee", json!("finch"), Value::Null)] },
        });
        let expected = Change::Assignee { key: "OPS-7".to_owned(), assignee: None, at: Timed::default() };
        assert_eq!(changes(&unassigned), [expected]);
        let assigned = json!({
            "issue": { "key": "OPS-7" },
            "changelog": { "items": [item("assignee", Value::Null, json!("wren"))] },
        });
        assert_eq!(changes(&assigned), []);
        let moved = json!({
            "issue": { "id": "30117", "key": "WEB-3" },
            "changelog": { "items": [{ "field": "Key", "fromString": "OPS-7", "toString": "WEB-3" }] },
        });
        let expected =
            Change::Key { from: "OPS-7".to_owned(), to: "WEB-3".to_owned(), ticket_id: "30117".to_owned() };
        assert_eq!(changes(&moved), [expected]);
        assert_eq!(changes(&json!({ "issue": { "key": "OPS-7" } })), []);
        assert_eq!(changes(&json!([1])), []);
    }

    #[test]
    fn times_of_every_iso_form_are_read() {
        let expected = "2026-10-02T07:30:15Z".parse().ok();
        for text in [
            "2026-10-02T09:30:15.000+0200",
            "2026-10-02T07:30:15Z",
            "2026-10-02 07:30:15 UTC",
            "2026-10-02T07:30:15",
        ] {
            assert_eq!(time(text), expected, "{text}");
        }
        assert_eq!(time("yesterday"), None);
    }
}
