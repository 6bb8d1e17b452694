use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Result};
use patchbay_domain::ids::deliveries_of;
use uuid::Uuid;

use super::status::{DELIVERED, PENDING};

/// One delivery. `status` holds the number of a `Status`.
#[derive(Debug, FromRow, PartialEq, Eq)]
pub(crate) struct DeliveryRow {
    pub installation_id: Uuid,
    pub app_id: i64,
    pub status: i32,
    pub attempts: i32,
    pub due_at: Option<DateTime<Utc>>,
    pub response_code: i32,
    pub reason: Option<String>,
}

/// All recorded deliveries of the event. A delivery without a row in `deliveries` was delivered at its first attempt.
pub(crate) async fn list_deliveries(db: &Db, event_id: Uuid) -> Result<Vec<DeliveryRow>> {
    let (lowest, highest) = deliveries_of(event_id);
    db.query(AssertSqlSafe(format!(
"select installation_id, app_id, status, attempts, case when status = {PENDING} then due_at end as due_at,
             response_code, reason
         from deliveries where delivery_id >= $2 and delivery_id <= $3 and event_id = $1
         union all
         select installation_id, app_id, {DELIVERED}, number, null, response_code, null
         from attempts where delivery_id >= $2 and delivery_id <= $3 and event_id = $1 and number = 1 and delivered and not exists (
             select 1 from deliveries
             where deliveries.delivery_id = attempts.delivery_id
         )
         order by installation_id"
)))
    .bind(event_id)
    .bind(lowest)
    .bind(highest)
    .fetch_all()
    .await
}
