//! Held webhooks.

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, Result};
use uuid::Uuid;

use super::status::{HELD, PENDING};

/// Installations with held webhooks, and their apps. Jumps from one to the next in the index.
pub(crate) async fn held_installations(db: &Db) -> Result<Vec<(Uuid, i64)>> {
    db.query(AssertSqlSafe(format!(
"with recursive held (delivery_id) as (
             select (select delivery_id from deliveries where status = {HELD} order by installation_id limit 1)
             union all
             select (
                 select later.delivery_id from deliveries later
                 where later.status = {HELD} and later.installation_id > one.installation_id
                 order by later.installation_id limit 1
             )
             from held join deliveries one on one.delivery_id = held.delivery_id
         )
         select installation_id, app_id from deliveries
         where delivery_id in (select delivery_id from held where delivery_id is not null)"
)))
    .fetch_all()
    .await
}

/// Makes up to `limit` held webhooks of an installation due. Returns their number.
pub(crate) async fn release(db: &Db, installation_id: Uuid, now: DateTime<Utc>, limit: u32) -> Result<u64> {
    let query = db.query(AssertSqlSafe(format!(
        "update deliveries set status = {PENDING}, due_at = $2, updated_at = $2 where delivery_id in (
             select delivery_id from deliveries where installation_id = $1 and status = {HELD} limit $3
         )"
    )));
    query.bind(installation_id).bind(now).bind(i64::from(limit)).execute().await
}
