use patchbay_db::{Db, Result};

/// How many events are not marked as handed over. Counts to 100000 and no further, so that it stays cheap when
/// there are many.
pub(crate) async fn count_unmarked(db: &Db) -> Result<i64> {
    db.query(
        "select count(*) from (select recover_at from events where fanned_out_at is null limit 100000) as unmarked",
    )
    .fetch_scalar()
    .await
}
