//! Takes webhooks that are due, so that no other worker does.

use chrono::{DateTime, Utc};
use patchbay_db::{Blob, Db, FromRow, Result};
use uuid::Uuid;

use crate::domain::delivery::Delivery;

#[derive(FromRow)]
struct Row {
    delivery_id: Uuid,
    event_id: Uuid,
    installation_id: Uuid,
    app_id: i64,
    organization_id: i64,
    resource: String,
    action: String,
    body: Blob,
    accepted_at: DateTime<Utc>,
    traceparent: Option<String>,
    unconditional: bool,
    attempts: i32,
    reason: Option<String>,
}

/// Claims up to `limit` webhooks of the app that are due, the longest overdue first, until `lease_end`: from
/// then on they are due again.
pub(crate) async fn claim(
    db: &Db,
    app_id: i64,
    now: DateTime<Utc>,
    lease_end: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<Delivery>> {
    let postgres = "with claimed as (
             select delivery_id as id from deliveries where app_id = $1 and status = 1 and due_at <= $2
             order by due_at limit $3 for update skip locked
         )
         update deliveries set due_at = $4 from claimed where delivery_id = claimed.id
         returning delivery_id, event_id, installation_id, app_id, organization_id, resource, action, body,
             accepted_at, traceparent, unconditional, attempts, reason";
    let sqlite = "update deliveries set due_at = $4 where delivery_id in (
             select delivery_id from deliveries where app_id = $1 and status = 1 and due_at <= $2
             order by due_at limit $3
         )
         returning delivery_id, event_id, installation_id, app_id, organization_id, resource, action, body,
             accepted_at, traceparent, unconditional, attempts, reason";
    let rows = db
        .query_per_engine(postgres, sqlite)
        .bind(app_id)
        .bind(now)
        .bind(i64::from(limit))
        .bind(lease_end)
        .fetch_all::<Row>()
        .await?;
    Ok(rows.into_iter().map(Row::into_delivery).collect())
}

impl Row {
    fn into_delivery(self) -> Delivery {
        Delivery {
            id: self.delivery_id,
            event_id: self.event_id,
            installation_id: self.installation_id,
            app_id: self.app_id,
            organization_id: self.organization_id,
            resource: self.resource,
            action: self.action,
            body: self.body.0,
            accepted_at: self.accepted_at,
            traceparent: self.traceparent,
            unconditional: self.unconditional,
            attempts: self.attempts,
            // Before its first attempt the reason says what it waited for.
            failure: self.reason.filter(|_| self.attempts > 0),
        }
    }
}
