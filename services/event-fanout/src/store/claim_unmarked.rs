use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result};
use uuid::Uuid;

/// Takes the events that are due to be handed over again, the longest due first, so that nobody else takes them
/// before `until`. Returns ids and the bytes of their data, in the order of acceptance.
pub(crate) async fn claim_unmarked(
    db: &Db,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<(Uuid, i64)>> {
    let mut claimed: Vec<(Uuid, i64)> = db
        .query_per_engine(
            "with due as (
                 select id from events where fanned_out_at is null and recover_at <= $1
                 order by recover_at limit $3 for update skip locked
             )
             update events set recover_at = $2 from due where events.id = due.id
             returning events.id, cast(length(events.data) as bigint)",
            "update events set recover_at = $2 where id in (
                 select id from events where fanned_out_at is null and recover_at <= $1 order by recover_at limit $3
             )
             returning id, length(data)",
        )
        .bind(now)
        .bind(until)
        .bind(i64::from(limit))
        .fetch_all()
        .await?;
    claimed.sort_unstable();
    Ok(claimed)
}
