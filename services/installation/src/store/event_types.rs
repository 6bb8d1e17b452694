//! Custom event types.

use patchbay_db::{Db, FromRow, Tx};
use patchbay_domain::Error;

use super::feed::{Feed, PAGE, Position};
use crate::domain::custom_event_type::CustomEventType;

/// All types that are not removed, sorted by name.
pub(crate) async fn all(db: &Db) -> Result<Vec<CustomEventType>, Error> {
    let rows: Vec<EventTypeRow> =
        db.query("select * from event_types where not removed order by resource, action").fetch_all().await?;
    rows.into_iter().map(EventTypeRow::event_type).collect()
}

/// All types that are not removed, read in a transaction.
pub(crate) async fn all_in(tx: &mut Tx) -> Result<Vec<CustomEventType>, Error> {
    let rows: Vec<EventTypeRow> = tx.query("select * from event_types where not removed").fetch_all().await?;
    rows.into_iter().map(EventTypeRow::event_type).collect()
}

/// Adds or changes a type; `new_id` becomes the id of a new one.
pub(crate) async fn put(
    tx: &mut Tx,
    event_type: &CustomEventType,
    new_id: i64,
    version: i64,
) -> Result<(), Error> {
    tx.query(
        "insert into event_types (id, resource, action, scope, schema_json, removed, version)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (resource, action) do update set scope = excluded.scope, schema_json = excluded.schema_json,
         removed = excluded.removed, version = excluded.version",
    )
    .bind(new_id)
    .bind(event_type.resource.as_str())
    .bind(event_type.action.as_str())
    .bind(event_type.scope.as_str())
    .bind(event_type.schema_json.as_deref())
    .bind(false)
    .bind(version)
    .execute()
    .await?;
    Ok(())
}

/// Marks a type as removed; false if it does not exist.
pub(crate) async fn remove(tx: &mut Tx, resource: &str, action: &str, version: i64) -> Result<bool, Error> {
    let removed = tx
        .query(
            "update event_types set removed = $1, version = $2
             where resource = $3 and action = $4 and not removed",
        )
        .bind(true)
        .bind(version)
        .bind(resource)
        .bind(action)
        .execute()
        .await?;
    Ok(removed == 1)
}

/// A change in the stream of types.
#[derive(Debug)]
pub(crate) enum EventTypeChange {
    Put(CustomEventType),
    /// By its name.
    Removed(String),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct EventTypeFeed;

impl Feed for EventTypeFeed {
    type Item = EventTypeChange;

    async fn snapshot(&self, db: &Db, after_id: i64) -> Result<Vec<(Position, EventTypeChange)>, Error> {
        let rows: Vec<EventTypeRow> = db
            .query("select * from event_types where id > $1 and not removed order by id limit $2")
            .bind(after_id)
            .bind(PAGE as i64)
            .fetch_all()
            .await?;
        rows.into_iter().map(EventTypeRow::placed).collect()
    }

    async fn changes(&self, db: &Db, after: Position) -> Result<Vec<(Position, EventTypeChange)>, Error> {
        let rows: Vec<EventTypeRow> = db
            .query("select * from event_types where (version, id) > ($1, $2) order by version, id limit $3")
            .bind(after.version)
            .bind(after.id)
            .bind(PAGE as i64)
            .fetch_all()
            .await?;
        rows.into_iter().map(EventTypeRow::placed).collect()
    }
}

#[derive(Debug, FromRow)]
struct EventTypeRow {
    id: i64,
    resource: String,
    action: String,
    scope: String,
    schema_json: Option<String>,
    removed: bool,
    version: i64,
}

impl EventTypeRow {
    fn placed(self) -> Result<(Position, EventTypeChange), Error> {
        let position = Position { version: self.version, id: self.id };
        let removed = self.removed;
        let event_type = self.event_type()?;
        let change = match removed {
            true => EventTypeChange::Removed(event_type.name()),
            false => EventTypeChange::Put(event_type),
        };
        Ok((position, change))
    }

    fn event_type(self) -> Result<CustomEventType, Error> {
        let unreadable = |_| Error::internal("DATABASE_FAILED", "Something went wrong on our side.");
        Ok(CustomEventType {
            scope: self.scope.parse().map_err(unreadable)?,
            resource: self.resource,
            action: self.action,
            schema_json: self.schema_json,
        })
    }
}
