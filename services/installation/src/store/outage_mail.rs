//! Who is notified that the endpoint of an app fails, and when someone last was.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, Tx};
use patchbay_domain::Error;

pub(crate) async fn set_creator(tx: &mut Tx, app: i64, user: i64) -> Result<(), Error> {
    tx.query("update apps set creator_id = $2 where id = $1").bind(app).bind(user).execute().await?;
    Ok(())
}

/// The user who registered the app. Older apps, and those of the operator, have none.
pub(crate) async fn creator(db: &Db, app: i64) -> Result<Option<i64>, Error> {
    Ok(db.query("select creator_id from apps where id = $1").bind(app).fetch_scalar().await?)
}

/// Records the time of a mail, unless one was sent after `earliest`. Returns whether it was recorded.
pub(crate) async fn note(
    tx: &mut Tx,
    app: i64,
    now: DateTime<Utc>,
    earliest: DateTime<Utc>,
) -> Result<bool, Error> {
    let query = tx.query(
        "update apps set outage_mailed_at = $2
         where id = $1 and (outage_mailed_at is null or outage_mailed_at <= $3 or outage_mailed_at > $2)",
    );
    Ok(query.bind(app).bind(now).bind(earliest).execute().await? == 1)
}
