use patchbay_db::{Db, Result};

use crate::domain::snowflake::{LOOK_BACK, PER_SECOND, id};

/// An id of this second or, where its ids are used up, of the last one before that has one left; `None` when none has.
pub(crate) async fn next(db: &Db, second: i64) -> Result<Option<i64>> {
    for second in (second - LOOK_BACK + 1..=second).rev().filter(|second| *second >= 0) {
        let sequence: Option<(i64,)> = db
            .query(
                "insert into snowflakes as taken (second, used) values ($1, 1)
                 on conflict (second) do update set used = taken.used + 1 where taken.used < $2
                 returning used - 1",
            )
            .bind(second)
            .bind(PER_SECOND)
            .fetch_optional()
            .await?;
        if let Some((sequence,)) = sequence {
            db.query("delete from snowflakes where second <= $1").bind(second - LOOK_BACK).execute().await?;
            return Ok(Some(id(second, sequence)));
        }
    }
    Ok(None)
}
