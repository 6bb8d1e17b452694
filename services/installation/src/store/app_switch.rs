//! Whether an app is disabled, and when its owners were last notified by mail.

use chrono::{DateTime, Utc};
use patchbay_db::Tx;
use patchbay_domain::Error;

use crate::domain::suspension::Suspension;

pub(crate) async fn owners_notified_at(tx: &mut Tx, app: i64) -> Result<Option<DateTime<Utc>>, Error> {
    Ok(tx.query("select owners_told_at from apps where id = $1").bind(app).fetch_scalar().await?)
}

pub(crate) async fn disable(
    tx: &mut Tx,
    app: i64,
    disabled: &Suspension,
    owners_notified_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    tx.query("update apps set disabled_at = $2, disabled_cause = $3, owners_told_at = $4 where id = $1")
        .bind(app)
        .bind(disabled.since)
        .bind(&disabled.cause)
        .bind(owners_notified_at)
        .execute()
        .await?;
    Ok(())
}

pub(crate) async fn enable(tx: &mut Tx, app: i64) -> Result<(), Error> {
    let query = tx.query("update apps set disabled_at = null, disabled_cause = null where id = $1");
    query.bind(app).execute().await?;
    Ok(())
}
