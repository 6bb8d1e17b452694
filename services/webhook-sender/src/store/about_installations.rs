//! Webhooks about the start or end of an installation. The SQL repeats the condition of their index.

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, Result};

use super::claim::{ClaimQuery, claim_chosen};
use super::status::PENDING;
use crate::domain::delivery::{Delivery, INSTALLATION};

/// Apps that are looked at in one round.
const APPS: i64 = 256;

/// Apps with a due webhook about an installation.
pub(crate) async fn apps_with_due(db: &Db, now: DateTime<Utc>) -> Result<Vec<i64>> {
    db.query(AssertSqlSafe(format!(
        "select distinct app_id from deliveries
         where status = {PENDING} and resource = '{INSTALLATION}' and due_at <= $1 limit $2"
    )))
    .bind(now)
    .bind(APPS)
    .fetch_scalars()
    .await
}

/// Claims due webhooks about installations of one app, the longest overdue first.
pub(crate) async fn claim(db: &Db, query: ClaimQuery) -> Result<Vec<Delivery>> {
    let chosen = format!(
        "select delivery_id as id from deliveries
         where app_id = $1 and status = {PENDING} and resource = '{INSTALLATION}' and due_at <= $2
         order by due_at limit $3"
    );
    claim_chosen(db, &chosen, query, None).await
}
