//! Webhooks that are kept until somebody may be sent them again.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result};
use uuid::Uuid;

/// Installations with webhooks that are kept, and their apps. Jumps from one to the next in the index.
pub(crate) async fn held_installations(db: &Db) -> Result<Vec<(Uuid, i64)>> {
    db.query(
        "with recursive held (delivery_id) as (
             select (select delivery_id from deliveries where status = 5 order by installation_id limit 1)
             union all
             select (
                 select later.delivery_id from deliveries later
                 where later.status = 5 and later.installation_id > one.installation_id
                 order by later.installation_id limit 1
             )
             from held join deliveries one on one.delivery_id = held.delivery_id
         )
         select installation_id, app_id from deliveries
         where delivery_id in (select delivery_id from held where delivery_id is not null)",
    )
    .fetch_all()
    .await
}

/// Makes up to `limit` of an installation's due; how many there were.
pub(crate) async fn release(db: &Db, installation_id: Uuid, now: DateTime<Utc>, limit: u32) -> Result<u64> {
    let query = db.query(
        "update deliveries set status = 1, due_at = $2, updated_at = $2 where delivery_id in (
             select delivery_id from deliveries where installation_id = $1 and status = 5 limit $3
         )",
    );
    query.bind(installation_id).bind(now).bind(i64::from(limit)).execute().await
}
