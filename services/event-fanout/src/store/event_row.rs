//! The row of an event.

use chrono::{DateTime, Utc};
use patchbay_db::{Blob, DbError, FromRow};
use patchbay_domain::Actor;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decisions;
use crate::domain::custom_types::CustomTypes;
use crate::domain::decision::Decision;
use crate::domain::event::{Event, Target};

/// The actor of an event; the product itself is stored as null.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActorRow {
    User { id: i64, name: String },
    App,
}

impl ActorRow {
    fn of(actor: &Actor) -> Option<Self> {
        match actor {
            Actor::User { id, name } => Some(Self::User { id: *id, name: name.clone() }),
            Actor::App => Some(Self::App),
            Actor::System => None,
        }
    }

    fn read(row: Option<Self>) -> Actor {
        match row {
            Some(Self::User { id, name }) => Actor::User { id, name },
            Some(Self::App) => Actor::App,
            None => Actor::System,
        }
    }
}

/// All columns that the hand-over needs.
#[derive(Debug, FromRow)]
pub(super) struct EventRow {
    id: Uuid,
    organization_id: i64,
    resource: String,
    action: String,
    actor: Option<String>,
    project_id: Option<i64>,
    targets: Option<String>,
    ordering_key: Option<Blob>,
    traceparent: Option<String>,
    accepted_at: DateTime<Utc>,
    decisions: Option<Blob>,
    data: Blob,
}

impl EventRow {
    /// The event and the decisions about it; `None` until they are made.
    pub(super) fn event(self, custom_types: &CustomTypes) -> Result<(Event, Option<Vec<Decision>>), DbError> {
        let ordering_key = self.ordering_key.map(|key| String::from_utf8_lossy(&key.0).into_owned());
        let decisions = self.decisions.map(|column| decisions::decode(column.0)).transpose()?;
        let event = Event {
            id: self.id,
            accepted_at: self.accepted_at,
            organization_id: self.organization_id,
            // Only needed until the event is stored.
            idempotency_key: None,
            kind: custom_types.find_accepted(&self.resource, &self.action),
            data: self.data.0,
            actor: ActorRow::read(from_json(self.id, self.actor)?),
            project_id: self.project_id,
            targets: from_json(self.id, self.targets)?.unwrap_or_default(),
            ordering_key,
            traceparent: self.traceparent,
        };
        Ok((event, decisions))
    }
}

/// The `actor` column.
pub(super) fn actor_column(actor: &Actor) -> Option<String> {
    ActorRow::of(actor).map(|row| to_json(&row))
}

/// The `targets` column.
pub(super) fn targets_column(targets: &[Target]) -> Option<String> {
    (!targets.is_empty()).then(|| to_json(targets))
}

fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("names and ids are always JSON")
}

fn from_json<T: DeserializeOwned>(event: Uuid, text: Option<String>) -> Result<Option<T>, DbError> {
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| DbError::Other(format!("the row of event {event} cannot be read: {error}")))
}
