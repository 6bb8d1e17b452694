//! UI components, a row for each element of an app's schema.

use patchbay_db::{Db, FromRow, Tx};
use patchbay_domain::{Error, Random};
use uuid::Uuid;

use crate::domain::schema;

/// A component and its app.
#[derive(Debug, FromRow)]
pub(crate) struct ComponentRow {
    pub(crate) uuid: Uuid,
    pub(crate) r#type: String,
    pub(crate) schema: String,
    pub(crate) app_id: i64,
    pub(crate) app_uuid: Uuid,
    pub(crate) app_slug: String,
    pub(crate) app_name: String,
    pub(crate) webhook_url: Option<String>,
    pub(crate) installation: Option<Uuid>,
}

/// Replaces the components of an app by those of a checked schema.
pub(crate) async fn replace(tx: &mut Tx, app: i64, schema_json: &str, random: &Random) -> Result<(), Error> {
    remove(tx, app).await?;
    let schema: serde_json::Value = serde_json::from_str(schema_json).unwrap_or_default();
    for (position, element) in (0_i32..).zip(schema::elements(&schema)) {
        tx.query(
            "insert into app_components (uuid, app_id, position, type, schema) values ($1, $2, $3, $4, $5)",
        )
        .bind(random.uuid())
        .bind(app)
        .bind(position)
        .bind(schema::element_type(element))
        .bind(element.to_string())
        .execute()
        .await?;
    }
    Ok(())
}

pub(crate) async fn remove(tx: &mut Tx, app: i64) -> Result<(), Error> {
    tx.query("delete from app_components where app_id = $1").bind(app).execute().await?;
    Ok(())
}

/// The components of an app, at most one of each type.
pub(crate) async fn of_app(db: &Db, app: i64) -> Result<Vec<ComponentRow>, Error> {
    let query = db.query(
        "select c.uuid, c.type, c.schema, a.id as app_id, a.uuid as app_uuid, a.slug as app_slug,
                a.name as app_name, a.webhook_url, null as installation
         from app_components c join apps a on a.id = c.app_id where c.app_id = $1 order by c.position",
    );
    Ok(query.bind(app).fetch_all().await?)
}

/// The components of the enabled apps that are installed on the organization, earliest installation first. An empty `type`
/// selects all types.
pub(crate) async fn of_organization(
    db: &Db,
    organization: i64,
    r#type: &str,
    (offset, limit): (i64, i64),
) -> Result<Vec<ComponentRow>, Error> {
    let query = db.query(
        "select c.uuid, c.type, c.schema, a.id as app_id, a.uuid as app_uuid, a.slug as app_slug,
                a.name as app_name, a.webhook_url, i.uuid as installation
         from installations i join apps a on a.id = i.app_id join app_components c on c.app_id = a.id
         where i.organization_id = $1 and i.status = 'installed' and a.disabled_at is null
           and ($2 = '' or c.type = $2)
         order by i.id, c.position limit $3 offset $4",
    );
    Ok(query.bind(organization).bind(r#type).bind(limit).bind(offset).fetch_all().await?)
}
