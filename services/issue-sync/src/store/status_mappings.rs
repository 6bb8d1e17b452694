//! The statuses that tickets get, by project of the tracker.

use patchbay_db::{Db, FromRow, Tx};
use patchbay_domain::Error;

use crate::domain::settings::Mapping;

#[derive(Debug, FromRow)]
struct Row {
    external_id: String,
    resolved_status: String,
    unresolved_status: String,
}

impl From<Row> for Mapping {
    fn from(row: Row) -> Self {
        Self {
            project: row.external_id,
            on_resolve: row.resolved_status,
            on_unresolve: row.unresolved_status,
        }
    }
}

const SELECT: &str = "select external_id, resolved_status, unresolved_status from status_mappings
     where organization_integration_id = $1 order by external_id";

pub(crate) async fn list(db: &Db, organization_integration_id: i64) -> Result<Vec<Mapping>, Error> {
    let rows = db.query(SELECT).bind(organization_integration_id).fetch_all::<Row>().await?;
    Ok(rows.into_iter().map(Mapping::from).collect())
}

/// Call with the lock of the organization's integration.
pub(crate) async fn list_in(tx: &mut Tx, organization_integration_id: i64) -> Result<Vec<Mapping>, Error> {
    let rows = tx.query(SELECT).bind(organization_integration_id).fetch_all::<Row>().await?;
    Ok(rows.into_iter().map(Mapping::from).collect())
}

/// Writes a mapping. `id` is the id that it gets if it is new.
pub(crate) async fn put(
    tx: &mut Tx,
    id: i64,
    organization_integration_id: i64,
    mapping: &Mapping,
) -> Result<(), Error> {
    tx.query(
        "insert into status_mappings
             (id, organization_integration_id, external_id, resolved_status, unresolved_status)
         values ($1, $2, $3, $4, $5)
         on conflict (organization_integration_id, external_id)
         do update set resolved_status = excluded.resolved_status, unresolved_status = excluded.unresolved_status",
    )
    .bind(id)
    .bind(organization_integration_id)
    .bind(&mapping.project)
    .bind(&mapping.on_resolve)
    .bind(&mapping.on_unresolve)
    .execute()
    .await?;
    Ok(())
}

pub(crate) async fn delete(
    tx: &mut Tx,
    organization_integration_id: i64,
    project: &str,
) -> Result<(), Error> {
    tx.query("delete from status_mappings where organization_integration_id = $1 and external_id = $2")
        .bind(organization_integration_id)
        .bind(project)
        .execute()
        .await?;
    Ok(())
}

/// Gives a project of an integration another name, in all organizations. A mapping of the new name stays as it is.
pub(crate) async fn rename_project(db: &Db, integration_id: i64, from: &str, to: &str) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    tx.query(
        "update status_mappings set external_id = $3 where external_id = $2
         and organization_integration_id in (select id from organization_integrations where integration_id = $1)
         and not exists (
             select 1 from status_mappings known where known.external_id = $3
             and known.organization_integration_id = status_mappings.organization_integration_id
         )",
    )
    .bind(integration_id)
    .bind(from)
    .bind(to)
    .execute()
    .await?;
    tx.query(
        "delete from status_mappings where external_id = $2
         and organization_integration_id in (select id from organization_integrations where integration_id = $1)",
    )
    .bind(integration_id)
    .bind(from)
    .execute()
    .await?;
    Ok(tx.commit().await?)
}
