//! Names at trackers, and to whom they belong.

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, DbError, FromRow};
use patchbay_domain::Error;

use super::unreadable;
use crate::domain::external_actor::{Actor, ExternalActor, exists};

#[derive(Debug, FromRow)]
struct Row {
    id: i64,
    organization_id: i64,
    integration_id: i64,
    provider: String,
    actor: String,
    external_name: String,
    external_id: Option<String>,
}

impl TryFrom<Row> for ExternalActor {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            organization_id: row.organization_id,
            integration_id: row.integration_id,
            provider: row.provider,
            actor: Actor::parse(&row.actor).ok_or_else(|| unreadable("external actor", &row.actor))?,
            external_name: row.external_name,
            external_id: row.external_id,
        })
    }
}

const SELECT: &str = "select id, organization_id, integration_id, provider, actor, name as external_name, external_id from external_actors ";

fn select(rest: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("{SELECT}{rest}"))
}

const KEY: &str = "external_actors_organization_id_provider_name_actor_key";

fn refusal(error: DbError) -> Error {
    if error.is_unique(KEY) { exists() } else { error.into() }
}

/// Writes a new mapping; fails if it exists.
pub(crate) async fn insert(db: &Db, actor: &ExternalActor, now: DateTime<Utc>) -> Result<(), Error> {
    db.query(
        "insert into external_actors
             (id, organization_id, integration_id, provider, actor, name, external_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(actor.id)
    .bind(actor.organization_id)
    .bind(actor.integration_id)
    .bind(&actor.provider)
    .bind(actor.actor.stored())
    .bind(&actor.external_name)
    .bind(actor.external_id.as_deref())
    .bind(now)
    .execute()
    .await
    .map(drop)
    .map_err(refusal)
}

/// Overwrites a mapping; fails if there is another that is the same then.
pub(crate) async fn update(db: &Db, actor: &ExternalActor) -> Result<(), Error> {
    db.query(
        "update external_actors
         set integration_id = $2, provider = $3, actor = $4, name = $5, external_id = $6
         where id = $1",
    )
    .bind(actor.id)
    .bind(actor.integration_id)
    .bind(&actor.provider)
    .bind(actor.actor.stored())
    .bind(&actor.external_name)
    .bind(actor.external_id.as_deref())
    .execute()
    .await
    .map(drop)
    .map_err(refusal)
}

pub(crate) async fn find(db: &Db, organization_id: i64, id: i64) -> Result<Option<ExternalActor>, Error> {
    let query = db.query(select("where organization_id = $1 and id = $2")).bind(organization_id).bind(id);
    query.fetch_optional::<Row>().await?.map(ExternalActor::try_from).transpose()
}

/// Mappings of this actor to this name, regardless of the case of ASCII letters.
pub(crate) async fn matching(
    db: &Db,
    organization_id: i64,
    provider: &str,
    name: &str,
    actor: Actor,
) -> Result<Vec<ExternalActor>, Error> {
    let query = db.query(select(
        "where organization_id = $1 and provider = $2 and lower(name) = $3 and actor = $4 order by id limit 10",
    ));
    let query = query.bind(organization_id).bind(provider).bind(name.to_ascii_lowercase());
    let rows = query.bind(actor.stored()).fetch_all::<Row>().await?;
    rows.into_iter().map(ExternalActor::try_from).collect()
}

/// Ids of the users to whom a name of an integration belongs, regardless of the case of ASCII letters; oldest mapping first.
pub(crate) async fn users_named(
    db: &Db,
    organization_id: i64,
    integration_id: i64,
    name: &str,
) -> Result<Vec<i64>, Error> {
    let query = db.query(select(
        "where organization_id = $1 and integration_id = $2 and lower(name) = $3 and actor like 'user:%'
         order by id limit 100",
    ));
    let query = query.bind(organization_id).bind(integration_id).bind(name.to_ascii_lowercase());
    let rows = query.fetch_all::<Row>().await?;
    let users = rows.iter().filter_map(|row| match Actor::parse(&row.actor) {
        Some(Actor::User(id)) => Some(id),
        _ => None,
    });
    Ok(users.collect())
}

/// Names of a user at an integration, oldest mapping first; at most 100.
pub(crate) async fn names_of_user(
    db: &Db,
    organization_id: i64,
    integration_id: i64,
    user_id: i64,
) -> Result<Vec<String>, Error> {
    let query = db.query(select(
        "where organization_id = $1 and integration_id = $2 and actor = $3 order by id limit 100",
    ));
    let query = query.bind(organization_id).bind(integration_id).bind(Actor::User(user_id).stored());
    Ok(query.fetch_all::<Row>().await?.into_iter().map(|row| row.external_name).collect())
}

/// Deletes the mappings of a user in an organization.
pub(crate) async fn delete_of_user(db: &Db, organization_id: i64, user_id: i64) -> Result<(), Error> {
    let query = db.query("delete from external_actors where organization_id = $1 and actor = $2");
    query.bind(organization_id).bind(Actor::User(user_id).stored()).execute().await?;
    Ok(())
}

/// Deletes a mapping.
pub(crate) async fn delete(db: &Db, id: i64) -> Result<(), Error> {
    db.query("delete from external_actors where id = $1").bind(id).execute().await?;
    Ok(())
}
