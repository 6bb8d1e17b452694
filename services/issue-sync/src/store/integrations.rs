//! Integrations.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Tx};
use patchbay_domain::Error;

use super::unreadable;
use crate::domain::integration::{Integration, Sealed, Status};

#[derive(Debug, FromRow)]
struct Row {
    id: i64,
    provider: String,
    external_id: String,
    name: String,
    metadata: Vec<u8>,
    status: String,
}

pub(super) fn status(text: &str) -> Result<Status, Error> {
    Status::parse(text).ok_or_else(|| unreadable("integration status", text))
}

impl TryFrom<Row> for Integration {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            provider: row.provider,
            external_id: row.external_id,
            name: row.name,
            metadata: Sealed(row.metadata),
            status: status(&row.status)?,
        })
    }
}

const COLUMNS: &str = "select id, provider, external_id, name, metadata, status from integrations ";

fn select(condition: &str) -> patchbay_db::AssertSqlSafe<String> {
    patchbay_db::AssertSqlSafe(format!("{COLUMNS}{condition}"))
}

pub(crate) async fn by_external_id(
    db: &Db,
    provider: &str,
    external_id: &str,
) -> Result<Option<Integration>, Error> {
    let query = db.query(select("where provider = $1 and external_id = $2")).bind(provider).bind(external_id);
    query.fetch_optional::<Row>().await?.map(Integration::try_from).transpose()
}

/// The integration, locked until the transaction ends.
pub(crate) async fn lock_by_external_id(
    tx: &mut Tx,
    provider: &str,
    external_id: &str,
) -> Result<Option<Integration>, Error> {
    let query = tx.query(select("where provider = $1 and external_id = $2")).bind(provider).bind(external_id);
    query.for_update().fetch_optional::<Row>().await?.map(Integration::try_from).transpose()
}

/// The integration, locked until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, id: i64) -> Result<Option<Integration>, Error> {
    let query = tx.query(select("where id = $1")).bind(id);
    query.for_update().fetch_optional::<Row>().await?.map(Integration::try_from).transpose()
}

/// Writes a new integration; false if there is one of this account.
pub(crate) async fn insert(
    tx: &mut Tx,
    integration: &Integration,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let inserted = tx
        .query(
            "insert into integrations (id, provider, external_id, name, metadata, status, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (provider, external_id) do nothing",
        )
        .bind(integration.id)
        .bind(&integration.provider)
        .bind(&integration.external_id)
        .bind(&integration.name)
        .bind(integration.metadata.0.as_slice())
        .bind(integration.status.as_str())
        .bind(now)
        .execute()
        .await?;
    Ok(inserted == 1)
}

/// Overwrites name, metadata and status.
pub(crate) async fn overwrite(tx: &mut Tx, integration: &Integration) -> Result<(), Error> {
    tx.query("update integrations set name = $2, metadata = $3, status = $4 where id = $1")
        .bind(integration.id)
        .bind(&integration.name)
        .bind(integration.metadata.0.as_slice())
        .bind(integration.status.as_str())
        .execute()
        .await?;
    Ok(())
}

pub(crate) async fn set_metadata(tx: &mut Tx, id: i64, metadata: &Sealed) -> Result<(), Error> {
    let query = tx.query("update integrations set metadata = $2 where id = $1");
    query.bind(id).bind(metadata.0.as_slice()).execute().await?;
    Ok(())
}

pub(crate) async fn set_status(tx: &mut Tx, id: i64, status: Status) -> Result<(), Error> {
    tx.query("update integrations set status = $2 where id = $1")
        .bind(id)
        .bind(status.as_str())
        .execute()
        .await?;
    Ok(())
}
