//! Installations that have ended.

use chrono::{DateTime, Utc};
use patchbay_db::{Result, Tx};
use uuid::Uuid;

/// Records the end of an installation. The caller holds its lock.
pub(crate) async fn insert(tx: &mut Tx, installation: Uuid, now: DateTime<Utc>) -> Result<()> {
    tx.query(
        "insert into ended_installations (installation_uuid, ended_at) values ($1, $2)
         on conflict (installation_uuid) do nothing",
    )
    .bind(installation)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// Whether the installation has ended. The caller holds its lock.
pub(crate) async fn contains(tx: &mut Tx, installation: Uuid) -> Result<bool> {
    let found: Option<(DateTime<Utc>,)> = tx
        .query("select ended_at from ended_installations where installation_uuid = $1")
        .bind(installation)
        .fetch_optional()
        .await?;
    Ok(found.is_some())
}
