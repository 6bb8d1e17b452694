//! Counts of installations.

use patchbay_db::{Db, FromRow};
use patchbay_domain::Error;
use uuid::Uuid;

use crate::domain::stats::period::Period;

/// The numbers of all installations ever made, and of those that were removed.
pub(crate) async fn totals(db: &Db, app: i64) -> Result<(i64, i64), Error> {
    let query = db.query("select count(*), count(removed_at) from installations where app_id = $1");
    Ok(query.bind(app).fetch_one().await?)
}

macro_rules! hourly {
    ($column:literal) => {
        (
            concat!(
                "select cast(floor(extract(epoch from ",
                $column,
                ")) as bigint) / 3600 * 3600 as hour, count(*)
                 from installations where app_id = $1 and ",
                $column,
                " between $2 and $3 group by 1"
            ),
            concat!(
                "select cast(strftime('%s', ",
                $column,
                ") as integer) / 3600 * 3600 as hour, count(*)
                 from installations where app_id = $1 and ",
                $column,
                " between $2 and $3 group by 1"
            ),
        )
    };
}

/// Installations made by hour; hours without any are absent.
pub(crate) async fn installs(db: &Db, app: i64, period: Period) -> Result<Vec<(i64, i64)>, Error> {
    counted(db, hourly!("created_at"), app, period).await
}

/// Installations removed by hour; hours without any are absent.
pub(crate) async fn uninstalls(db: &Db, app: i64, period: Period) -> Result<Vec<(i64, i64)>, Error> {
    counted(db, hourly!("removed_at"), app, period).await
}

async fn counted(
    db: &Db,
    (postgres, sqlite): (&'static str, &'static str),
    app: i64,
    period: Period,
) -> Result<Vec<(i64, i64)>, Error> {
    let query = db.query_per_engine(postgres, sqlite).bind(app).bind(period.since).bind(period.until);
    Ok(query.fetch_all().await?)
}

#[derive(Debug, FromRow)]
pub(crate) struct AppInstalls {
    pub(crate) id: i64,
    pub(crate) uuid: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) installs: i64,
}

/// All apps, most installed first.
pub(crate) async fn ranking(db: &Db, offset: i64, limit: i64) -> Result<Vec<AppInstalls>, Error> {
    let query = db.query(
        "select a.id, a.uuid, a.slug, a.name, count(i.id) as installs
         from apps a left join installations i on i.app_id = a.id and i.status <> 'pending_deletion'
         where a.removed_at is null
         group by a.id, a.uuid, a.slug, a.name order by installs desc, a.id limit $1 offset $2",
    );
    Ok(query.bind(limit).bind(offset).fetch_all().await?)
}
