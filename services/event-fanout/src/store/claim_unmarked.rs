use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result};
use uuid::Uuid;

/// Takes the events that are due to be handed over again, the longest due first, so that nobody else takes them
/// before `until`. Those that are not due before `horizon`, which is farther ahead than they are ever put off, were put
/// off by a clock that has been set back since: they are due, too. Returns ids and the bytes of their data, in the order of acceptance.
pub(crate) async fn claim_unmarked(
    db: &Db,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    horizon: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<(Uuid, i64)>> {
    let claimed: Vec<Uuid> = db
        .query_per_engine(
            "with due as (
                 select event_id from unmarked where recover_at <= $1 or recover_at > $4
                 order by recover_at limit $3 for update skip locked
             )
             update unmarked set recover_at = $2 from due where unmarked.event_id = due.event_id
             returning unmarked.event_id",
            "update unmarked set recover_at = $2 where event_id in (
                 select event_id from unmarked where recover_at <= $1 or recover_at > $4
                 order by recover_at limit $3
             )
             returning event_id",
        )
        .bind(now)
        .bind(until)
        .bind(i64::from(limit))
        .bind(horizon)
        .fetch_scalars()
        .await?;
    sizes(db, &claimed).await
}

/// The bytes of the data of each event.
pub(super) async fn sizes(db: &Db, ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    let (Some(least), Some(greatest)) = (ids.iter().min(), ids.iter().max()) else { return Ok(Vec::new()) };
    db.query(
        "select id, cast(length(data) as bigint) from events
         where id >= $1 and id <= $2 and id in ($list) order by id",
    )
    .bind(*least)
    .bind(*greatest)
    .bind_list(ids)
    .fetch_all()
    .await
}
