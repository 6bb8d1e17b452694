//! Integrations whose trackers are not called for a while.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Tx};
use patchbay_domain::Error;

/// A pause.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Pause {
    pub(crate) until: DateTime<Utc>,
    /// Failures since the last success.
    pub(crate) failures: i32,
    /// The tracker asked for it.
    pub(crate) is_rate_limit: bool,
}

pub(crate) async fn get(db: &Db, integration_id: i64) -> Result<Option<Pause>, Error> {
    let query = db.query("select until, failures, is_rate_limit from pauses where integration_id = $1");
    Ok(query.bind(integration_id).fetch_optional().await?)
}

pub(crate) async fn put(tx: &mut Tx, integration_id: i64, pause: &Pause) -> Result<(), Error> {
    tx.query(
        "insert into pauses (integration_id, until, failures, is_rate_limit) values ($1, $2, $3, $4)
         on conflict (integration_id) do update set until = excluded.until, failures = excluded.failures,
             is_rate_limit = excluded.is_rate_limit",
    )
    .bind(integration_id)
    .bind(pause.until)
    .bind(pause.failures)
    .bind(pause.is_rate_limit)
    .execute()
    .await?;
    Ok(())
}

pub(crate) async fn end(tx: &mut Tx, integration_id: i64) -> Result<(), Error> {
    tx.query("delete from pauses where integration_id = $1").bind(integration_id).execute().await?;
    Ok(())
}
