//! Hourly counts of views of apps and uses of their components.

use patchbay_db::Db;
use patchbay_domain::Error;

use crate::domain::stats::period::Period;

/// Adds one to the count of the hour that starts at `hour` (seconds since 1970).
pub(crate) async fn record(db: &Db, app: i64, kind: &str, hour: i64) -> Result<(), Error> {
    db.query(
        "insert into app_interactions (app_id, kind, hour, count) values ($1, $2, $3, 1)
         on conflict (app_id, kind, hour) do update set count = app_interactions.count + 1",
    )
    .bind(app)
    .bind(kind)
    .bind(hour)
    .execute()
    .await?;
    Ok(())
}

/// The counts of the period by hour; hours without interactions are absent.
pub(crate) async fn hourly(db: &Db, app: i64, kind: &str, period: Period) -> Result<Vec<(i64, i64)>, Error> {
    let (first, last) = period.hours();
    let query = db.query(
        "select hour, count from app_interactions where app_id = $1 and kind = $2 and hour between $3 and $4",
    );
    Ok(query.bind(app).bind(kind).bind(first).bind(last).fetch_all().await?)
}

/// Deletes counts of hours before this one.
pub(crate) async fn prune(db: &Db, before: i64) -> Result<u64, Error> {
    Ok(db.query("delete from app_interactions where hour < $1").bind(before).execute().await?)
}
