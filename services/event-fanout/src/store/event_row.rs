//! An event as its row holds it.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use patchbay_db::{Blob, DbError, FromRow, Json};
use patchbay_domain::Actor;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::event::{Event, Target};
use crate::domain::kind::Kind;

/// Who caused it; the product itself is a null.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ActorRow {
    User { id: i64, name: String },
    App,
}

impl ActorRow {
    pub(super) fn of(actor: &Actor) -> Option<Json<Self>> {
        match actor {
            Actor::User { id, name } => Some(Json(Self::User { id: *id, name: name.clone() })),
            Actor::App => Some(Json(Self::App)),
            Actor::System => None,
        }
    }

    fn read(row: Option<Json<Self>>) -> Actor {
        match row {
            Some(Json(Self::User { id, name })) => Actor::User { id, name },
            Some(Json(Self::App)) => Actor::App,
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
    actor: Option<Json<ActorRow>>,
    project_id: Option<i64>,
    targets: Option<Json<Vec<Target>>>,
    traceparent: Option<String>,
    accepted_at: DateTime<Utc>,
    pub(super) fanned_out_at: Option<DateTime<Utc>>,
    data: Blob,
}

impl EventRow {
    /// Fails for an event type that this version does not know any more.
    pub(super) fn event(self) -> Result<Event, DbError> {
        let kind = Kind::find(&self.resource, &self.action).ok_or_else(|| {
            DbError::Other(format!(
                "event {} has the unknown type {}.{}",
                self.id, self.resource, self.action
            ))
        })?;
        Ok(Event {
            id: self.id,
            accepted_at: self.accepted_at,
            organization_id: self.organization_id,
            // Has done its work.
            idempotency_key: None::<Bytes>,
            kind,
            data: self.data.0,
            actor: ActorRow::read(self.actor),
            project_id: self.project_id,
            targets: self.targets.map(|Json(targets)| targets).unwrap_or_default(),
            traceparent: self.traceparent,
        })
    }
}
