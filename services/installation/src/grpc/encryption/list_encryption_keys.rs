use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::{
    EncryptedSecrets, EncryptionKey, EncryptionKeyState, ListEncryptionKeysRequest,
    ListEncryptionKeysResponse,
};

use crate::context::Context;
use crate::domain::app::sealed_values::KeyState;
use crate::domain::app::sealed_values::KeyUse;
use crate::store::sealed_values;

pub(super) async fn list_encryption_keys(
    context: &Context,
    caller: &Caller,
    _: ListEncryptionKeysRequest,
) -> Result<ListEncryptionKeysResponse, Error> {
    if !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    let tally = sealed_values::tally(&context.db).await?;
    let keys = tally.by_key(&context.sealing).into_iter().map(message).collect();
    Ok(ListEncryptionKeysResponse { keys })
}

fn message(key: KeyUse) -> EncryptionKey {
    let state = match key.state {
        KeyState::Current => EncryptionKeyState::Current,
        KeyState::Other => EncryptionKeyState::Other,
        KeyState::Missing => EncryptionKeyState::Missing,
    };
    let count = |(place, count): (&str, usize)| EncryptedSecrets {
        place: place.to_owned(),
        count: i64::try_from(count).unwrap_or(i64::MAX),
    };
    EncryptionKey {
        id: key.id.to_string(),
        state: state.into(),
        secrets: key.counts.into_iter().map(count).collect(),
    }
}
