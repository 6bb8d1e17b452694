use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Result, Tx};
use uuid::Uuid;

use super::status::{DELIVERED, PENDING};

/// A recorded webhook that can be resent.
#[derive(Debug, FromRow, PartialEq, Eq)]
pub(crate) struct Resendable {
    pub app_id: i64,
    pub resource: String,
    pub action: String,
}

/// The webhook of this id, if it is recorded with its body.
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

/// Makes a webhook due with a new schedule. Its attempts keep counting up.
pub(crate) async fn resend(tx: &mut Tx, delivery_id: Uuid, now: DateTime<Utc>) -> Result<()> {
    // A webhook that was delivered at once has no row in `deliveries` yet.
    let insert = format!(
        "insert into deliveries (delivery_id, event_id, installation_id, app_id, organization_id, resource,
             action, body, accepted_at, traceparent, unconditional, sequence, status, attempts, due_at,
             response_code, reason, updated_at)
         select delivery_id, event_id, installation_id, app_id, organization_id, resource, action, body,
             accepted_at, traceparent, unconditional, sequence, {DELIVERED}, number, $2, response_code, null, $2
         from attempts where delivery_id = $1 and body is not null and number = 1
         on conflict (delivery_id) do nothing"
    );
    tx.query(AssertSqlSafe(insert)).bind(delivery_id).bind(now).execute().await?;
    let update = format!("update deliveries set status = {PENDING}, schedule_from = attempts, due_at = $2, reason = 'resent', updated_at = $2
         where delivery_id = $1");
    tx.query(AssertSqlSafe(update)).bind(delivery_id).bind(now).execute().await.map(drop)
}
