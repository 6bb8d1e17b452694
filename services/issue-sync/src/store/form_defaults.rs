//! Values that forms propose.

use patchbay_db::{Db, Json, Tx};
use patchbay_domain::Error;

use patchbay_provider::Object;

/// Whose defaults: an organization, an integration, a project, and a user or everybody (0).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Of {
    pub(crate) organization_id: i64,
    pub(crate) integration_id: i64,
    pub(crate) project_id: i64,
    pub(crate) user_id: i64,
}

const SELECT: &str = "select fields from form_defaults
     where organization_id = $1 and integration_id = $2 and project_id = $3 and user_id = $4";

/// Call with the lock of the organization's integration.
pub(crate) async fn get_in(tx: &mut Tx, of: Of) -> Result<Object, Error> {
    let query = tx.query(SELECT).bind(of.organization_id).bind(of.integration_id).bind(of.project_id);
    let query = query.bind(of.user_id);
    let found = query.fetch_optional::<(Json<Object>,)>().await?;
    Ok(found.map(|(fields,)| fields.0).unwrap_or_default())
}

pub(crate) async fn get(db: &Db, of: Of) -> Result<Object, Error> {
    let query = db.query(SELECT);
    let query = query.bind(of.organization_id).bind(of.integration_id).bind(of.project_id);
    let query = query.bind(of.user_id);
    let found = query.fetch_optional::<(Json<Object>,)>().await?;
    Ok(found.map(|(fields,)| fields.0).unwrap_or_default())
}

/// Deletes the defaults of a project.
pub(crate) async fn delete_of_project(db: &Db, organization_id: i64, project_id: i64) -> Result<(), Error> {
    let query = db.query("delete from form_defaults where organization_id = $1 and project_id = $2");
    query.bind(organization_id).bind(project_id).execute().await?;
    Ok(())
}

pub(crate) async fn put(tx: &mut Tx, of: Of, fields: &Object) -> Result<(), Error> {
    tx.query(
        "insert into form_defaults (organization_id, integration_id, project_id, user_id, fields)
         values ($1, $2, $3, $4, $5)
         on conflict (organization_id, integration_id, project_id, user_id)
         do update set fields = excluded.fields",
    )
    .bind(of.organization_id)
    .bind(of.integration_id)
    .bind(of.project_id)
    .bind(of.user_id)
    .bind(Json(fields))
    .execute()
    .await?;
    Ok(())
}
