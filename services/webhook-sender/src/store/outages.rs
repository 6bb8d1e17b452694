//! Open breakers that were not reported to the installation service yet.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Result};

#[derive(Debug, FromRow)]
pub(crate) struct Outage {
    pub app_id: i64,
    pub broken_since: DateTime<Utc>,
    pub last_failure: Option<String>,
}

/// At most 100 outages that are not reported.
pub(crate) async fn unreported(db: &Db) -> Result<Vec<Outage>> {
    db.query(
        "select app_id, broken_since, (
             select last_failure from endpoint_hours
             where endpoint_hours.app_id = endpoints.app_id and last_failure is not null order by hour desc limit 1
         ) as last_failure
         from endpoints
         where breaker <> 1 and broken_since is not null
             and (reported_since is null or reported_since <> broken_since)
         order by app_id limit 100",
    )
    .fetch_all()
    .await
}

pub(crate) async fn mark_reported(db: &Db, outage: &Outage) -> Result<()> {
    let query = db.query("update endpoints set reported_since = $2 where app_id = $1");
    query.bind(outage.app_id).bind(outage.broken_since).execute().await.map(drop)
}
