//! Sends one webhook again.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Result, Tx};
use uuid::Uuid;

/// What has to be known of a webhook before it is sent again.
#[derive(Debug, FromRow, PartialEq, Eq)]
pub(crate) struct Resendable {
    pub app_id: i64,
    pub resource: String,
    pub action: String,
}

/// The webhook of this id, if it is on record with its body.
pub(crate) async fn find(db: &Db, delivery_id: Uuid) -> Result<Option<Resendable>> {
    db.query(
        "select app_id, resource, action from deliveries where delivery_id = $1
         union all
         select app_id, resource, action from attempts
         where delivery_id = $1 and body is not null and event_id <> delivery_id",
    )
    .bind(delivery_id)
    .fetch_optional()
    .await
}

/// Makes it due with a fresh schedule; its attempts are counted on.
pub(crate) async fn resend(tx: &mut Tx, delivery_id: Uuid, now: DateTime<Utc>) -> Result<()> {
    // One that arrived at once has no row of its own yet.
    let insert =
        "insert into deliveries (delivery_id, event_id, installation_id, app_id, organization_id, resource,
             action, body, accepted_at, traceparent, unconditional, sequence, status, attempts, due_at,
             response_code, reason, updated_at)
         select delivery_id, event_id, installation_id, app_id, organization_id, resource, action, body,
             accepted_at, traceparent, unconditional, sequence, 2, number, $2, response_code, null, $2
         from attempts where delivery_id = $1 and body is not null and number = 1
         on conflict (delivery_id) do nothing";
    tx.query(insert).bind(delivery_id).bind(now).execute().await?;
    let update = "update deliveries set status = 1, schedule_from = attempts, due_at = $2, reason = 'resent', updated_at = $2
         where delivery_id = $1";
    tx.query(update).bind(delivery_id).bind(now).execute().await.map(drop)
}
