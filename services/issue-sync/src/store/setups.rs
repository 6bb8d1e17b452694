//! Setups that are not complete.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Tx};
use patchbay_domain::Error;

use crate::domain::integration::Sealed;
use crate::domain::setup::Setup;

#[derive(Debug, FromRow)]
struct Row {
    user_id: i64,
    organization_id: i64,
    organization_slug: String,
    provider: String,
    step: i32,
    steps: String,
    nonce: String,
    data: Vec<u8>,
    version: i64,
    expires_at: DateTime<Utc>,
}

impl From<Row> for Setup {
    fn from(row: Row) -> Self {
        Self {
            user_id: row.user_id,
            organization_id: row.organization_id,
            organization_slug: row.organization_slug,
            provider: row.provider,
            step: usize::try_from(row.step).unwrap_or_default(),
            steps: row.steps,
            nonce: row.nonce,
            data: Sealed(row.data),
            version: row.version,
            expires_at: row.expires_at,
        }
    }
}

pub(crate) async fn find(db: &Db, user_id: i64) -> Result<Option<Setup>, Error> {
    let query = db.query("select * from setups where user_id = $1").bind(user_id);
    Ok(query.fetch_optional::<Row>().await?.map(Setup::from))
}

/// Writes a new setup in place of any other of the user.
pub(crate) async fn replace(tx: &mut Tx, setup: &Setup) -> Result<(), Error> {
    tx.query("delete from setups where user_id = $1").bind(setup.user_id).execute().await?;
    tx.row()
        .set("user_id", setup.user_id)
        .set("organization_id", setup.organization_id)
        .set("organization_slug", &setup.organization_slug)
        .set("provider", &setup.provider)
        .set("step", i32::try_from(setup.step).unwrap_or(i32::MAX))
        .set("steps", &setup.steps)
        .set("nonce", &setup.nonce)
        .set("data", setup.data.0.as_slice())
        .set("version", setup.version)
        .set("expires_at", setup.expires_at)
        .insert("setups")
        .execute()
        .await?;
    Ok(())
}

/// Writes the next state of a setup; false if it is not in the state `before` any more.
pub(crate) async fn advance(db: &Db, before: &Setup, after: &Setup) -> Result<bool, Error> {
    let changed = db
        .query(
            "update setups set step = $4, data = $5, version = $6, expires_at = $7
             where user_id = $1 and nonce = $2 and version = $3",
        )
        .bind(before.user_id)
        .bind(&before.nonce)
        .bind(before.version)
        .bind(i32::try_from(after.step).unwrap_or(i32::MAX))
        .bind(after.data.0.as_slice())
        .bind(after.version)
        .bind(after.expires_at)
        .execute()
        .await?;
    Ok(changed == 1)
}

/// Deletes a setup; false if it is not in this state any more.
pub(crate) async fn complete(tx: &mut Tx, setup: &Setup) -> Result<bool, Error> {
    let query = tx.query("delete from setups where user_id = $1 and nonce = $2 and version = $3");
    Ok(query.bind(setup.user_id).bind(&setup.nonce).bind(setup.version).execute().await? == 1)
}

/// Deletes setups that ended.
pub(crate) async fn prune(db: &Db, now: DateTime<Utc>) -> Result<u64, Error> {
    Ok(db.query("delete from setups where expires_at <= $1").bind(now).execute().await?)
}
