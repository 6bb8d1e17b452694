use std::collections::BTreeSet;

use patchbay_db::{Db, Result};

use crate::domain::project::snowflake::{LOOK_BACK, PER_SECOND, free_second, id};

/// An id of this second, or of the last second before with a free id; `None` if all are used up.
pub(crate) async fn next(db: &Db, second: i64) -> Result<Option<i64>> {
    // A lost race for the last id of a second is repeated with another second.
    for _ in 0..LOOK_BACK {
        let used_up: Vec<i64> = db
            .query("select second from snowflakes where second > $1 and second <= $2 and used >= $3")
            .bind(second - LOOK_BACK)
            .bind(second)
            .bind(PER_SECOND)
            .fetch_scalars()
            .await?;
        let used_up: BTreeSet<i64> = used_up.into_iter().collect();
        let Some(free) = free_second(second, &used_up) else { return Ok(None) };
        if let Some(sequence) = take(db, free).await? {
            db.query("delete from snowflakes where second <= $1").bind(second - LOOK_BACK).execute().await?;
            return Ok(Some(id(free, sequence)));
        }
    }
    Ok(None)
}

/// The next id of a second; `None` if all are used.
async fn take(db: &Db, second: i64) -> Result<Option<i64>> {
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
    Ok(sequence.map(|(sequence,)| sequence))
}
