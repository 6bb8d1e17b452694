use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use patchbay_bus::Topic;
use patchbay_db::OutboxMessage;
use patchbay_domain::{AuditEvent, Caller};
use patchbay_proto::tracker::{AuditActor, AuditActorKind, AuditEntry};
use patchbay_rpc::timestamp;
use patchbay_runtime::trace_context;
use prost::Message;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::actor;

/// One change in one organization. Each value is a separate entry: create one per change, not one per
/// attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    wire: AuditEntry,
    details: Map<String, Value>,
}

impl Entry {
    /// A change by `caller` in the organization with this id. Created while the request is processed, it
    /// includes the address of the client.
    #[expect(
        clippy::disallowed_methods,
        reason = "of two entries with one id the second would be dropped, so no caller chooses it"
    )]
    pub fn new(event: AuditEvent, organization_id: i64, caller: &Caller, now: DateTime<Utc>) -> Self {
        let wire = AuditEntry {
            id: Uuid::new_v4().as_bytes().to_vec(),
            organization_id,
            actor: Some(actor::of(caller)),
            event: event.name().to_owned(),
            occurred_at: Some(timestamp::to_wire(now)),
            client_address: patchbay_rpc::client_address()
                .map(|address| address.to_string())
                .unwrap_or_default(),
            ..AuditEntry::default()
        };
        Self { wire, details: Map::new() }
    }

    /// A change that an app made itself, authenticated with its client secret.
    #[must_use]
    pub fn by_app(mut self, app_id: i64, name: impl Into<String>) -> Self {
        self.wire.actor =
            Some(AuditActor { kind: AuditActorKind::App.into(), id: app_id, label: name.into() });
        self
    }

    /// The target of the change: its kind (`sentry-app`, `member`), its id or UUID, and its display name.
    #[must_use]
    pub fn target(mut self, kind: &str, id: impl ToString, label: impl Into<String>) -> Self {
        self.wire.target_type = kind.to_owned();
        self.wire.target_id = id.to_string();
        self.wire.target_label = label.into();
        self
    }

    /// A further detail of the change. It must not be a secret: managers can read it for as long as the log
    /// is kept.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// The outbox row for the transaction that makes the change. It continues the current trace.
    pub fn into_message(self) -> OutboxMessage {
        let mut wire = self.wire;
        if !self.details.is_empty() {
            wire.data_json = Value::Object(self.details).to_string().into_bytes();
        }
        let mut headers = BTreeMap::new();
        trace_context::inject_into(&mut headers);
        OutboxMessage {
            topic: Topic::Audit.name().to_owned(),
            body: wire.encode_to_vec().into(),
            key: wire.event,
            headers,
        }
    }
}

#[cfg(test)]
mod tests {
    use patchbay_domain::UserCaller;

    use super::*;

    fn written(entry: Entry) -> AuditEntry {
        AuditEntry::decode(entry.into_message().body).expect("an entry is readable")
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp_micros(1_786_849_394_870_123).expect("a moment")
    }

    #[test]
    fn an_entry_contains_actor_event_target_and_time() {
        let ada = Caller::User(UserCaller {
            user_id: 3,
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            is_superuser: false,
            is_staff: false,
            memberships: Vec::new(),
            token_scopes: None,
        });
        let entry = Entry::new(AuditEvent::SentryAppInstall, 7, &ada, now())
            .target("sentry-app", 12, "ACME")
            .detail("app", "acme");
        let message = entry.clone().into_message();
        assert_eq!((message.topic.as_str(), message.key.as_str()), ("audit", "SENTRY_APP_INSTALL"));
        let expected = AuditEntry {
            id: entry.wire.id.clone(),
            number: 0,
            organization_id: 7,
            actor: Some(AuditActor { kind: AuditActorKind::User.into(), id: 3, label: "Ada".to_owned() }),
            event: "SENTRY_APP_INSTALL".to_owned(),
            target_type: "sentry-app".to_owned(),
            target_id: "12".to_owned(),
            target_label: "ACME".to_owned(),
            data_json: br#"{"app":"acme"}"#.to_vec(),
            occurred_at: Some(timestamp::to_wire(now())),
            client_address: String::new(),
        };
        assert_eq!(written(entry), expected);
    }

    #[tokio::test]
    async fn an_entry_knows_where_the_client_is() {
        let entry = async || Entry::new(AuditEvent::OrgEdit, 7, &Caller::Operator, now());
        let here = patchbay_rpc::for_client_at("2001:db8::7".parse().ok(), entry()).await;
        assert_eq!(written(here).client_address, "2001:db8::7");
        assert_eq!(written(entry().await).client_address, "");
    }

    #[test]
    fn every_entry_has_an_id_of_its_own() {
        let entry = || Entry::new(AuditEvent::OrgEdit, 7, &Caller::Operator, now());
        assert_ne!(written(entry()).id, written(entry()).id);
        assert_eq!(written(entry()).id.len(), 16);
    }

    #[test]
    fn an_app_that_shows_its_secret_is_named() {
        let entry =
            Entry::new(AuditEvent::SentryAppTokenReuse, 7, &Caller::Anonymous, now()).by_app(12, "ACME");
        let actor = written(entry).actor.expect("an actor");
        assert_eq!((actor.kind(), actor.id, actor.label.as_str()), (AuditActorKind::App, 12, "ACME"));
    }
}
