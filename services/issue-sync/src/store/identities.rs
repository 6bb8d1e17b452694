//! Credentials of people at trackers.

use chrono::{DateTime, Utc};
use patchbay_db::{FromRow, Json, Tx};
use patchbay_domain::Error;

use crate::domain::integration::Sealed;

/// An identity to link.
#[derive(Debug)]
pub(crate) struct NewIdentity<'a> {
    pub(crate) id: i64,
    pub(crate) provider_id: i64,
    pub(crate) external_id: &'a str,
    pub(crate) user_id: i64,
    pub(crate) scopes: &'a [String],
}

#[derive(Debug, FromRow)]
pub(crate) struct Known {
    pub(crate) id: i64,
    pub(crate) user_id: i64,
}

/// The instance of a tracker with accounts; made if it is new. `id` is the id that it then gets.
pub(crate) async fn provider(tx: &mut Tx, id: i64, kind: &str, external_id: &str) -> Result<i64, Error> {
    let insert = tx.query(
        "insert into identity_providers (id, kind, external_id) values ($1, $2, $3)
         on conflict (kind, external_id) do nothing",
    );
    insert.bind(id).bind(kind).bind(external_id).execute().await?;
    let query = tx.query("select id from identity_providers where kind = $1 and external_id = $2");
    Ok(query.bind(kind).bind(external_id).fetch_scalar().await?)
}

/// The identity with this account, locked until the transaction ends.
pub(crate) async fn lock_of_account(
    tx: &mut Tx,
    provider_id: i64,
    external_id: &str,
) -> Result<Option<Known>, Error> {
    let query = tx.query("select id, user_id from identities where provider_id = $1 and external_id = $2");
    Ok(query.bind(provider_id).bind(external_id).for_update().fetch_optional().await?)
}

/// The identity of this user, locked until the transaction ends.
pub(crate) async fn lock_of_user(
    tx: &mut Tx,
    provider_id: i64,
    user_id: i64,
) -> Result<Option<Known>, Error> {
    let query = tx.query("select id, user_id from identities where provider_id = $1 and user_id = $2");
    Ok(query.bind(provider_id).bind(user_id).for_update().fetch_optional().await?)
}

pub(crate) async fn insert(
    tx: &mut Tx,
    identity: &NewIdentity<'_>,
    data: &Sealed,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    tx.row()
        .set("id", identity.id)
        .set("provider_id", identity.provider_id)
        .set("external_id", identity.external_id)
        .set("user_id", identity.user_id)
        .set("scopes", Json(identity.scopes))
        .set("data", data.0.as_slice())
        .set("verified_at", now)
        .insert("identities")
        .execute()
        .await?;
    Ok(())
}

/// Overwrites account, scopes and credentials.
pub(crate) async fn overwrite(
    tx: &mut Tx,
    identity: &NewIdentity<'_>,
    data: &Sealed,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    tx.row()
        .set("external_id", identity.external_id)
        .set("user_id", identity.user_id)
        .set("scopes", Json(identity.scopes))
        .set("data", data.0.as_slice())
        .set("verified_at", now)
        .update("identities", "id", identity.id)
        .execute()
        .await?;
    Ok(())
}

pub(crate) async fn set_data(tx: &mut Tx, id: i64, data: &Sealed) -> Result<(), Error> {
    let query = tx.query("update identities set data = $2 where id = $1");
    query.bind(id).bind(data.0.as_slice()).execute().await?;
    Ok(())
}

/// The credentials, locked until the transaction ends.
pub(crate) async fn lock_data(tx: &mut Tx, id: i64) -> Result<Option<Sealed>, Error> {
    let query = tx.query("select data from identities where id = $1").bind(id);
    Ok(query.for_update().fetch_optional::<(Vec<u8>,)>().await?.map(|(data,)| Sealed(data)))
}

/// Deletes an identity that no integration uses.
pub(crate) async fn delete_unused(tx: &mut Tx, id: i64) -> Result<(), Error> {
    tx.query(
        "delete from identities where id = $1
         and not exists (select 1 from organization_integrations where identity_id = $1)",
    )
    .bind(id)
    .execute()
    .await?;
    Ok(())
}
