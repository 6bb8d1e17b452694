//! Encrypts and decrypts JSON objects. Each ciphertext is bound to its row.

use anyhow::ensure;
use patchbay_db::Db;
use patchbay_domain::Error;
use patchbay_domain::sealed::{KeyId, SealingKeys};
use serde_json::Value;

use crate::domain::integration::Sealed;
use crate::store::sealed_values::{self, COLUMNS};
use patchbay_provider::Object;

pub(crate) fn metadata_of(integration_id: i64) -> String {
    COLUMNS[0].owner(integration_id)
}

pub(crate) fn identity_of(identity_id: i64) -> String {
    COLUMNS[1].owner(identity_id)
}

pub(crate) fn setup_of(user_id: i64) -> String {
    COLUMNS[2].owner(user_id)
}

pub(crate) fn seal(keys: &SealingKeys, owner: &str, object: &Object) -> Sealed {
    Sealed(keys.seal(owner, Value::Object(object.clone()).to_string().as_bytes()))
}

pub(crate) fn open(keys: &SealingKeys, owner: &str, sealed: &Sealed) -> Result<Object, Error> {
    let plain = keys.open(owner, &sealed.0)?;
    match serde_json::from_slice(plain.expose()) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Error::internal("SEALED_VALUE_UNREADABLE", "A stored secret cannot be read.")),
    }
}

/// The service refuses to start without a key that is in use, because it would fail for each integration encrypted with it.
pub(crate) async fn refuse_missing_keys(db: &Db, keys: &SealingKeys) -> anyhow::Result<()> {
    for column in COLUMNS {
        for (id, count) in sealed_values::keys(db, column).await? {
            let id = KeyId::of(&id);
            let is_known = id.is_some_and(|id| keys.ids().any(|known| known == id));
            ensure!(
                is_known,
                "{count} values of {}.{} are encrypted with the key {}; configured are {}. Add the missing key to \
                 PATCHBAY_OLD_ENCRYPTION_KEYS, see docs/keys.md",
                column.table,
                column.name,
                id.map(|id| id.to_string()).unwrap_or_default(),
                keys.ids().map(|id| id.to_string()).collect::<Vec<_>>().join(", "),
            );
        }
    }
    Ok(())
}
