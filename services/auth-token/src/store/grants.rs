use chrono::{DateTime, Utc};
use patchbay_db::{Db, DbError, FromRow, Result, Tx};
use uuid::Uuid;

use super::token_row::hash;
use crate::domain::code::Hash;
use crate::domain::grant::Grant;

#[derive(FromRow)]
struct GrantRow {
    installation_uuid: Uuid,
    id: Uuid,
    code_hash: Vec<u8>,
    app_id: i64,
    organization_id: i64,
    expires_at: DateTime<Utc>,
}

impl TryFrom<GrantRow> for Grant {
    type Error = DbError;

    fn try_from(row: GrantRow) -> Result<Self> {
        Ok(Self {
            id: row.id,
            installation: row.installation_uuid,
            app_id: row.app_id,
            organization_id: row.organization_id,
            code_hash: hash(&row.code_hash)?,
            expires_at: row.expires_at,
        })
    }
}

/// The grant with this code, locked until the transaction ends.
pub(crate) async fn find_by_code(tx: &mut Tx, code_hash: &Hash) -> Result<Option<Grant>> {
    let row: Option<GrantRow> = tx
        .query(
            "select installation_uuid, id, code_hash, app_id, organization_id, expires_at
             from grants where code_hash = $1",
        )
        .bind(code_hash.as_slice())
        .for_update()
        .fetch_optional()
        .await?;
    row.map(Grant::try_from).transpose()
}

pub(crate) async fn find(tx: &mut Tx, installation: Uuid) -> Result<Option<Grant>> {
    let row: Option<GrantRow> = tx
        .query(
            "select installation_uuid, id, code_hash, app_id, organization_id, expires_at
             from grants where installation_uuid = $1",
        )
        .bind(installation)
        .fetch_optional()
        .await?;
    row.map(Grant::try_from).transpose()
}

/// The grants of these installations that have not expired.
pub(crate) async fn live(db: &Db, installations: &[Uuid], now: DateTime<Utc>) -> Result<Vec<Grant>> {
    let rows: Vec<GrantRow> = db
        .query(
            "select installation_uuid, id, code_hash, app_id, organization_id, expires_at
             from grants where expires_at > $1 and installation_uuid in ($list)",
        )
        .bind(now)
        .bind_list(installations)
        .fetch_all()
        .await?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// Stores the grant and replaces an earlier one of its installation.
pub(crate) async fn put(tx: &mut Tx, grant: &Grant) -> Result<()> {
    tx.query(
        "insert into grants (installation_uuid, id, code_hash, app_id, organization_id, expires_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (installation_uuid) do update set
             id = excluded.id, code_hash = excluded.code_hash, app_id = excluded.app_id,
             organization_id = excluded.organization_id, expires_at = excluded.expires_at",
    )
    .bind(grant.installation)
    .bind(grant.id)
    .bind(grant.code_hash.as_slice())
    .bind(grant.app_id)
    .bind(grant.organization_id)
    .bind(grant.expires_at)
    .execute()
    .await
    .map(drop)
}

pub(crate) async fn delete(tx: &mut Tx, installation: Uuid) -> Result<()> {
    tx.query("delete from grants where installation_uuid = $1").bind(installation).execute().await.map(drop)
}
