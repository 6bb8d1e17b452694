//! Integrations in organizations.

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Json, Tx};
use patchbay_domain::Error;

use super::integrations::status;
use crate::domain::integration::{Identity, Integration, OrganizationIntegration, Sealed, Status};
use patchbay_provider::Object;

#[derive(Debug, FromRow)]
struct Row {
    id: i64,
    organization_id: i64,
    organization_slug: String,
    integration_id: i64,
    config: Json<Object>,
    identity_id: Option<i64>,
    status: String,
    grace_period_end: Option<DateTime<Utc>>,
    provider: String,
    external_id: String,
    name: String,
    metadata: Vec<u8>,
    integration_status: String,
    data: Option<Vec<u8>>,
}

impl TryFrom<Row> for OrganizationIntegration {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let identity = row.identity_id.zip(row.data).map(|(id, data)| Identity { id, data: Sealed(data) });
        Ok(Self {
            id: row.id,
            organization_id: row.organization_id,
            organization_slug: row.organization_slug,
            integration: Integration {
                id: row.integration_id,
                provider: row.provider,
                external_id: row.external_id,
                name: row.name,
                metadata: Sealed(row.metadata),
                status: status(&row.integration_status)?,
            },
            config: row.config.0,
            identity,
            status: status(&row.status)?,
            grace_period_end: row.grace_period_end,
        })
    }
}

const SELECT: &str = "select o.id, o.organization_id, o.organization_slug, o.integration_id, o.config, o.identity_id, o.status,
        o.grace_period_end, i.provider, i.external_id, i.name, i.metadata, i.status as integration_status, d.data
     from organization_integrations o join integrations i on i.id = o.integration_id
     left join identities d on d.id = o.identity_id ";

fn select(rest: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("{SELECT}{rest}"))
}

/// The integration of an organization, in any state but `deletion_in_progress`.
pub(crate) async fn find(
    db: &Db,
    organization_id: i64,
    integration_id: i64,
) -> Result<Option<OrganizationIntegration>, Error> {
    let query = db
        .query(select(
            "where o.organization_id = $1 and o.integration_id = $2 and o.status <> 'deletion_in_progress'",
        ))
        .bind(organization_id)
        .bind(integration_id);
    query.fetch_optional::<Row>().await?.map(OrganizationIntegration::try_from).transpose()
}

/// The same by the id of the row, in any state.
pub(crate) async fn get(db: &Db, id: i64) -> Result<Option<OrganizationIntegration>, Error> {
    let query = db.query(select("where o.id = $1")).bind(id);
    query.fetch_optional::<Row>().await?.map(OrganizationIntegration::try_from).transpose()
}

/// Integrations of these providers by name; of organization and integration alike those that are active, disabled or about to be deleted.
pub(crate) async fn list(
    db: &Db,
    organization_id: i64,
    providers: &[String],
    only_active: bool,
    offset: i64,
    limit: i64,
) -> Result<Vec<OrganizationIntegration>, Error> {
    let states = match only_active {
        true => "o.status = 'active' and i.status = 'active'",
        false => "o.status <> 'deletion_in_progress'",
    };
    let condition = format!(
        "where o.organization_id = $1 and {states} and i.provider in ($list) order by i.name, i.id limit $2 offset $3"
    );
    db.query(select(&condition))
        .bind(organization_id)
        .bind(limit)
        .bind(offset)
        .bind_list(providers)
        .fetch_all::<Row>()
        .await?
        .into_iter()
        .map(OrganizationIntegration::try_from)
        .collect()
}

const ACTIVE: &str =
    "where o.integration_id = $1 and o.status = 'active' and i.status = 'active' order by o.id limit 1000";

/// The active uses of an integration, oldest first; at most 1000.
pub(crate) async fn active_of_integration(
    db: &Db,
    integration_id: i64,
) -> Result<Vec<OrganizationIntegration>, Error> {
    let rows = db.query(select(ACTIVE)).bind(integration_id).fetch_all::<Row>().await?;
    rows.into_iter().map(OrganizationIntegration::try_from).collect()
}

/// The same in a transaction.
pub(crate) async fn active_of_integration_in(
    tx: &mut Tx,
    integration_id: i64,
) -> Result<Vec<OrganizationIntegration>, Error> {
    let rows = tx.query(select(ACTIVE)).bind(integration_id).fetch_all::<Row>().await?;
    rows.into_iter().map(OrganizationIntegration::try_from).collect()
}

/// Whether an organization uses an active integration of a provider.
pub(crate) async fn has_active(db: &Db, organization_id: i64, provider: &str) -> Result<bool, Error> {
    let count: i64 = db
        .query(
            "select count(*) from organization_integrations o join integrations i on i.id = o.integration_id
             where o.organization_id = $1 and i.provider = $2 and o.status = 'active'",
        )
        .bind(organization_id)
        .bind(provider)
        .fetch_scalar()
        .await?;
    Ok(count > 0)
}

/// A row and its state, locked until the transaction ends.
#[derive(Debug, Clone)]
pub(crate) struct Locked {
    pub(crate) id: i64,
    pub(crate) integration_id: i64,
    pub(crate) identity_id: Option<i64>,
    pub(crate) status: Status,
    pub(crate) config: Object,
}

#[derive(Debug, FromRow)]
struct LockedRow {
    id: i64,
    integration_id: i64,
    identity_id: Option<i64>,
    status: String,
    config: Json<Object>,
}

pub(crate) async fn lock(
    tx: &mut Tx,
    organization_id: i64,
    integration_id: i64,
) -> Result<Option<Locked>, Error> {
    let query = tx.query(
        "select id, integration_id, identity_id, status, config from organization_integrations
         where organization_id = $1 and integration_id = $2",
    );
    let row = query.bind(organization_id).bind(integration_id).for_update().fetch_optional::<LockedRow>();
    row.await?.map(locked).transpose()
}

pub(crate) async fn lock_by_id(tx: &mut Tx, id: i64) -> Result<Option<Locked>, Error> {
    let query = tx.query(
        "select id, integration_id, identity_id, status, config from organization_integrations where id = $1",
    );
    query.bind(id).for_update().fetch_optional::<LockedRow>().await?.map(locked).transpose()
}

fn locked(row: LockedRow) -> Result<Locked, Error> {
    Ok(Locked {
        id: row.id,
        integration_id: row.integration_id,
        identity_id: row.identity_id,
        status: status(&row.status)?,
        config: row.config.0,
    })
}

/// A new use of an integration.
#[derive(Debug)]
pub(crate) struct New<'a> {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) organization_slug: &'a str,
    pub(crate) integration_id: i64,
    pub(crate) identity_id: Option<i64>,
}

pub(crate) async fn insert(tx: &mut Tx, new: &New<'_>, now: DateTime<Utc>) -> Result<(), Error> {
    tx.row()
        .set("id", new.id)
        .set("organization_id", new.organization_id)
        .set("organization_slug", new.organization_slug)
        .set("integration_id", new.integration_id)
        .set("config", Json(Object::new()))
        .set("identity_id", new.identity_id)
        .set("status", Status::Active.as_str())
        .set("created_at", now)
        .insert("organization_integrations")
        .execute()
        .await?;
    Ok(())
}

/// Makes it active again, with these credentials.
pub(crate) async fn reactivate(tx: &mut Tx, id: i64, identity_id: Option<i64>) -> Result<(), Error> {
    tx.query("update organization_integrations set status = 'active', identity_id = $2 where id = $1")
        .bind(id)
        .bind(identity_id)
        .execute()
        .await?;
    Ok(())
}

pub(crate) async fn set_status(tx: &mut Tx, id: i64, status: Status) -> Result<(), Error> {
    tx.query("update organization_integrations set status = $2 where id = $1")
        .bind(id)
        .bind(status.as_str())
        .execute()
        .await?;
    Ok(())
}

pub(crate) async fn set_config(tx: &mut Tx, id: i64, config: &Object) -> Result<(), Error> {
    tx.query("update organization_integrations set config = $2 where id = $1")
        .bind(id)
        .bind(Json(config))
        .execute()
        .await?;
    Ok(())
}
