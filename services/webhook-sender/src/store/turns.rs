//! The turns of endpoints with a limited rate.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result};

use crate::domain::turns::{Turns, take_turns};

/// Takes turns for this replica. There are none if another replica took them at the same moment.
pub(crate) async fn take(db: &Db, app_id: i64, rate: f64, wanted: u32, now: DateTime<Utc>) -> Result<Turns> {
    let query = db.query("select next_at from endpoint_turns where app_id = $1").bind(app_id);
    let next_at: Option<DateTime<Utc>> = query.fetch_scalars().await?.pop();
    let turns = take_turns(rate, wanted, next_at, now);
    if turns.count == 0 {
        return Ok(turns);
    }
    let taken = match next_at {
        None => {
            db.query("insert into endpoint_turns (app_id, next_at) values ($1, $2) on conflict do nothing")
                .bind(app_id)
                .bind(turns.next_at)
                .execute()
                .await?
        }
        Some(before) => {
            db.query("update endpoint_turns set next_at = $2 where app_id = $1 and next_at = $3")
                .bind(app_id)
                .bind(turns.next_at)
                .bind(before)
                .execute()
                .await?
        }
    };
    Ok(if taken == 1 { turns } else { Turns { count: 0, ..turns } })
}
