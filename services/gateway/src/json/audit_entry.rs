//! Pages of the audit log.

use std::collections::BTreeMap;

use patchbay_domain::AuditEvent;
use patchbay_proto::tracker::{AuditActor, AuditActorKind, AuditEntry, ListEntriesResponse, User};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::time;
use super::user::UserJson;

/// A page of the log, and every event that there can be.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditLog)]
pub(crate) struct AuditLogJson {
    rows: Vec<AuditEntryJson>,
    options: Vec<&'static str>,
}

/// One change.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
struct AuditEntryJson {
    id: String,
    /// The actor. Users have the keys of a user; for apps, services and the operator `id` is null and `name` names them.
    #[schema(value_type = Object)]
    actor: Value,
    event: String,
    /// The address of the client. Null for actions of the operator or a service.
    ip_address: Option<String>,
    note: String,
    /// The number of the target, where it has one.
    target_object: Option<i64>,
    target_user: Option<UserJson>,
    #[schema(value_type = Object)]
    data: Value,
    date_created: Option<String>,
}

impl From<ListEntriesResponse> for AuditLogJson {
    fn from(page: ListEntriesResponse) -> Self {
        let users: BTreeMap<i64, User> = page.users.into_iter().map(|user| (user.id, user)).collect();
        Self {
            rows: page.entries.into_iter().map(|entry| row(entry, &users)).collect(),
            options: AuditEvent::ALL.iter().map(|event| event.api_name()).collect(),
        }
    }
}

fn row(entry: AuditEntry, users: &BTreeMap<i64, User>) -> AuditEntryJson {
    let event = AuditEvent::from_name(&entry.event);
    let target_user = (entry.target_type == "member").then(|| entry.target_id.parse().ok()).flatten();
    AuditEntryJson {
        id: entry.number.to_string(),
        actor: actor(entry.actor.unwrap_or_default(), users),
        note: event.map(|event| event.note(&entry.target_label)).unwrap_or_default(),
        // An event that only a newer version knows is shown as it was written.
        event: event.map_or(entry.event, |event| event.api_name().to_owned()),
        ip_address: Some(entry.client_address).filter(|address| !address.is_empty()),
        target_object: entry.target_id.parse().ok(),
        target_user: target_user.and_then(|id: i64| users.get(&id)).cloned().map(UserJson::from),
        data: data(&entry.data_json, &entry.target_type, &entry.target_id, &entry.target_label),
        date_created: entry.occurred_at.as_ref().and_then(time::iso),
    }
}

fn actor(actor: AuditActor, users: &BTreeMap<i64, User>) -> Value {
    let kind = match actor.kind() {
        AuditActorKind::User => {
            return match users.get(&actor.id) {
                Some(user) => json!(UserJson::from(user.clone())),
                None => json!({ "id": actor.id.to_string(), "name": actor.label }),
            };
        }
        AuditActorKind::App => "app",
        AuditActorKind::Operator => "operator",
        AuditActorKind::Unspecified => "service",
    };
    let name = if actor.label.is_empty() { format!("{kind} {}", actor.id) } else { actor.label };
    json!({ "id": null, "name": name, "type": kind })
}

/// The details of the entry, and the target of the action.
fn data(json: &[u8], target_type: &str, target_id: &str, target_label: &str) -> Value {
    let mut data = match serde_json::from_slice(json) {
        Ok(Value::Object(object)) => object,
        _ => serde_json::Map::new(),
    };
    if !target_type.is_empty() {
        let target = json!({ "type": target_type, "id": target_id, "label": target_label });
        data.entry("target").or_insert(target);
    }
    Value::Object(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(actor: AuditActor) -> AuditEntry {
        AuditEntry {
            number: 7,
            actor: Some(actor),
            event: "MEMBER_ADD".into(),
            target_type: "member".into(),
            target_id: "3".into(),
            target_label: "ada@example.com".into(),
            data_json: br#"{"role":"admin"}"#.to_vec(),
            client_address: "192.0.2.7".into(),
            ..AuditEntry::default()
        }
    }

    fn row(entry: AuditEntry) -> Value {
        let ada = User { id: 3, name: "Ada".into(), email: "ada@example.com".into(), ..User::default() };
        let page = ListEntriesResponse { entries: vec![entry], has_more: false, users: vec![ada] };
        json!(AuditLogJson::from(page))["rows"][0].clone()
    }

    #[test]
    fn an_entry_has_sentrys_keys() {
        let row = row(entry(AuditActor { kind: AuditActorKind::User.into(), id: 3, label: "Old".into() }));
        let keys: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = [
            "id",
            "actor",
            "event",
            "ipAddress",
            "note",
            "targetObject",
            "targetUser",
            "data",
            "dateCreated",
        ];
        assert_eq!(keys, expected);
        assert_eq!((&row["id"], &row["event"]), (&json!("7"), &json!("member.add")));
        assert_eq!(row["actor"]["name"], "Ada", "people are shown as they are called now");
        assert_eq!(row["targetUser"]["email"], "ada@example.com");
        assert_eq!(row["note"], "added the member ada@example.com");
        assert_eq!((&row["data"]["role"], &row["ipAddress"]), (&json!("admin"), &json!("192.0.2.7")));
    }

    #[test]
    fn who_is_no_person_is_named_by_kind() {
        for (kind, label, name) in [
            (AuditActorKind::App, "", "app 12"),
            (AuditActorKind::App, "ACME", "ACME"),
            (AuditActorKind::Operator, "operator", "operator"),
            (AuditActorKind::Unspecified, "webhook-sender", "webhook-sender"),
        ] {
            let row = row(entry(AuditActor { kind: kind.into(), id: 12, label: label.into() }));
            assert_eq!((&row["actor"]["id"], &row["actor"]["name"]), (&Value::Null, &json!(name)));
        }
    }

    #[test]
    fn an_unknown_event_is_shown_as_it_was_written() {
        let odd = AuditEntry { event: "TEAM_ADD".into(), data_json: b"x".to_vec(), ..AuditEntry::default() };
        let row = row(odd);
        assert_eq!((&row["event"], &row["data"], &row["note"]), (&json!("TEAM_ADD"), &json!({}), &json!("")));
        assert_eq!(row["ipAddress"], Value::Null);
    }
}
