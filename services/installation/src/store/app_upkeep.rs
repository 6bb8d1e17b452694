//! Apps with pending background work.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, Tx};
use patchbay_domain::Error;

use super::app_row::AppRow;
use super::apps::touch;
use crate::domain::app::App;

/// Apps that are being removed.
pub(crate) async fn in_removal(db: &Db) -> Result<Vec<App>, Error> {
    let rows = db
        .query("select * from apps where status = 'deletion_in_progress' and removed_at is null order by id limit 100")
        .fetch_all::<AppRow>()
        .await?;
    rows.into_iter().map(App::try_from).collect()
}

/// Apps whose previous secret has expired.
pub(crate) async fn with_old_secret(db: &Db, now: DateTime<Utc>) -> Result<Vec<i64>, Error> {
    let query = db.query("select id from apps where previous_secret_until <= $1 order by id limit 100");
    Ok(query.bind(now).fetch_scalars().await?)
}

/// Apps whose tokens may still have other scopes than the app.
pub(crate) async fn with_scopes_to_propagate(db: &Db) -> Result<Vec<i64>, Error> {
    let query =
        db.query("select id from apps where scopes_to_copy and removed_at is null order by id limit 100");
    Ok(query.fetch_scalars().await?)
}

/// Call in the transaction that changes the scopes of the app.
pub(crate) async fn mark_scopes_to_propagate(tx: &mut Tx, app: i64) -> Result<(), Error> {
    tx.query("update apps set scopes_to_copy = $2 where id = $1").bind(app).bind(true).execute().await?;
    Ok(())
}

/// Has no effect if the app was changed after this version.
pub(crate) async fn mark_scopes_propagated(db: &Db, app: i64, version: i64) -> Result<(), Error> {
    let query = db.query("update apps set scopes_to_copy = $3 where id = $1 and version = $2");
    query.bind(app).bind(version).bind(false).execute().await?;
    Ok(())
}

/// The app with the version of its last change.
pub(crate) async fn versioned(db: &Db, app: i64) -> Result<Option<(App, i64)>, Error> {
    let query = db.query("select * from apps where id = $1 and removed_at is null").bind(app);
    let Some(row) = query.fetch_optional::<AppRow>().await? else { return Ok(None) };
    let version = row.version;
    Ok(Some((row.try_into()?, version)))
}

/// Apps that were removed before this time and still have an endpoint.
pub(crate) async fn to_forget(db: &Db, before: DateTime<Utc>) -> Result<Vec<i64>, Error> {
    let query = db.query(
        "select id from apps where removed_at <= $1 and webhook_url is not null order by id limit 100",
    );
    Ok(query.bind(before).fetch_scalars().await?)
}

/// Drops the previous secret; true if it was there.
pub(crate) async fn drop_old_secret(
    tx: &mut Tx,
    app: i64,
    now: DateTime<Utc>,
    version: i64,
) -> Result<bool, Error> {
    let dropped = tx
        .query(
            "update apps set previous_secret = null, previous_secret_until = null
             where id = $1 and previous_secret_until <= $2",
        )
        .bind(app)
        .bind(now)
        .execute()
        .await?;
    if dropped == 1 {
        touch(tx, app, version).await?;
    }
    Ok(dropped == 1)
}

/// Completes the removal: the app is no longer found, but its slug stays taken. True if it was not completed before.
pub(crate) async fn removed(tx: &mut Tx, app: i64, now: DateTime<Utc>, version: i64) -> Result<bool, Error> {
    let removed = tx
        .query(
            "update apps set removed_at = $2 where id = $1 and removed_at is null and not exists
                 (select 1 from installations i where i.app_id = $1 and i.status <> 'pending_deletion')",
        )
        .bind(app)
        .bind(now)
        .execute()
        .await?;
    if removed == 1 {
        touch(tx, app, version).await?;
    }
    Ok(removed == 1)
}

/// Deletes the endpoint of a removed app, so that webhook-sender drops it.
pub(crate) async fn forget(tx: &mut Tx, app: i64, version: i64) -> Result<(), Error> {
    tx.query(
        "update apps set webhook_url = null, webhook_headers = '[]', client_certificate = null, client_key = null
         where id = $1",
    )
    .bind(app)
    .execute()
    .await?;
    touch(tx, app, version).await
}
