use chrono::{DateTime, Utc};
use patchbay_db::{DbError, FromRow, Json, Result};
use uuid::Uuid;

use crate::domain::code::Hash;
use crate::domain::stored_token::{Holder, InstallationHolder, RefreshPart, Replaced, StoredToken};

/// The tokens that meet a condition, as [`TokenRow`]s.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "select id, kind, installation_uuid, app_id, organization_id, user_id, family_id, token_hash, refresh_hash,
                    last_four, scopes, name, created_at, expires_at, replaced_at, successor_id, last_used_at
             from tokens where ",
            $condition
        )
    };
}
pub(super) use select;

#[derive(FromRow)]
pub(super) struct TokenRow {
    pub(super) id: i64,
    pub(super) kind: String,
    pub(super) installation_uuid: Option<Uuid>,
    pub(super) app_id: Option<i64>,
    pub(super) organization_id: Option<i64>,
    pub(super) user_id: Option<i64>,
    pub(super) family_id: Option<Uuid>,
    pub(super) token_hash: Vec<u8>,
    pub(super) refresh_hash: Option<Vec<u8>>,
    pub(super) last_four: String,
    pub(super) scopes: Json<Vec<String>>,
    pub(super) name: Option<String>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) replaced_at: Option<DateTime<Utc>>,
    pub(super) successor_id: Option<i64>,
    pub(super) last_used_at: Option<DateTime<Utc>>,
}

impl TryFrom<TokenRow> for StoredToken {
    type Error = DbError;

    fn try_from(row: TokenRow) -> Result<Self> {
        let replaced =
            row.replaced_at.zip(row.successor_id).map(|(at, successor_id)| Replaced { at, successor_id });
        let refresh = row
            .family_id
            .zip(row.refresh_hash.as_deref())
            .map(|(family, bytes)| Ok::<_, DbError>(RefreshPart { family, hash: hash(bytes)?, replaced }))
            .transpose()?;
        Ok(Self {
            id: row.id,
            holder: row.holder()?,
            token_hash: hash(&row.token_hash)?,
            last_four: row.last_four,
            scopes: row.scopes.0,
            name: row.name,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            refresh,
        })
    }
}

impl TokenRow {
    fn holder(&self) -> Result<Holder> {
        match (self.kind.as_str(), self.installation_uuid, self.app_id, self.organization_id, self.user_id) {
            ("installation", Some(installation), Some(app_id), Some(organization_id), None) => {
                Ok(Holder::Installation(InstallationHolder { installation, app_id, organization_id }))
            }
            ("user", None, None, None, Some(user_id)) => Ok(Holder::User(user_id)),
            ("session", None, None, None, Some(user_id)) => Ok(Holder::Session(user_id)),
            _ => Err(DbError::Other(format!("token {} has an invalid holder", self.id))),
        }
    }
}

/// The columns of the holder: kind, installation, app, organization, user.
pub(super) type HolderColumns = (&'static str, Option<Uuid>, Option<i64>, Option<i64>, Option<i64>);

pub(super) fn holder_columns(holder: Holder) -> HolderColumns {
    match holder {
        Holder::Installation(of) => {
            ("installation", Some(of.installation), Some(of.app_id), Some(of.organization_id), None)
        }
        Holder::User(user_id) => ("user", None, None, None, Some(user_id)),
        Holder::Session(user_id) => ("session", None, None, None, Some(user_id)),
    }
}

pub(super) fn hash(bytes: &[u8]) -> Result<Hash> {
    bytes.try_into().map_err(|_| DbError::Other("a stored hash does not have 32 bytes".to_owned()))
}
