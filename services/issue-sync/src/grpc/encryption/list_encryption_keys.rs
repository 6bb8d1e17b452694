use patchbay_domain::sealed::KeyId;
use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync::{
    EncryptedCredentials, EncryptionKey, ListEncryptionKeysRequest, ListEncryptionKeysResponse,
};

use crate::context::Context;
use crate::domain::access;
use crate::store::sealed_values::{self, COLUMNS};

pub(super) async fn list_encryption_keys(
    context: &Context,
    caller: &Caller,
    _: ListEncryptionKeysRequest,
) -> Result<ListEncryptionKeysResponse, Error> {
    access::may_see_keys(caller)?;
    let current = context.sealing.current();
    let others = context.sealing.ids().filter(|id| *id != current);
    let configured = std::iter::once(current).chain(others).map(|id| EncryptionKey {
        id: id.to_string(),
        is_current: id == current,
        ..EncryptionKey::default()
    });
    let mut keys: Vec<EncryptionKey> = configured.collect();
    for column in COLUMNS {
        for (id, count) in sealed_values::keys(&context.db, column).await? {
            let id = KeyId::of(&id).map(|id| id.to_string()).unwrap_or_default();
            let place = format!("{}.{}", column.table, column.name);
            let credentials = EncryptedCredentials { place, count };
            match keys.iter_mut().find(|known| known.id == id) {
                Some(known) => known.credentials.push(credentials),
                None => keys.push(EncryptionKey {
                    id,
                    is_current: false,
                    is_missing: true,
                    credentials: vec![credentials],
                }),
            }
        }
    }
    Ok(ListEncryptionKeysResponse { keys })
}
