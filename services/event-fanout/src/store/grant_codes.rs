//! The grant codes of events that are not handed over, apart from the events.

use std::collections::HashMap;

use bytes::Bytes;
use patchbay_db::DbError;
use patchbay_domain::grant_code::{self, Place};
use uuid::Uuid;

use crate::domain::event::Event;

/// By event.
pub(crate) type GrantCodes = HashMap<Uuid, String>;

/// The data of an event as it is stored. The code that is left out of it goes to `codes`.
pub(super) fn stored_data(event: &Event, codes: &mut GrantCodes) -> Bytes {
    let taken = grant_code::is_in(event.kind.resource(), event.kind.action())
        .then(|| grant_code::take(Place::Data, &event.data))
        .flatten();
    let Some((masked, code)) = taken else { return event.data.clone() };
    codes.insert(event.id, code);
    masked.into()
}

/// Makes the data of an event complete again, as its receivers get it.
pub(crate) fn complete(event: &mut Event, codes: &GrantCodes) {
    let data = codes.get(&event.id).and_then(|code| grant_code::put_back(Place::Data, &event.data, code));
    if let Some(data) = data {
        event.data = data.into();
    }
}

/// The column: JSON, or null if no event of the group has a code.
pub(super) fn encode(codes: &GrantCodes) -> Option<String> {
    let json = || serde_json::to_string(codes).expect("ids and codes are always JSON");
    (!codes.is_empty()).then(json)
}

pub(super) fn decode(group: Uuid, column: Option<String>) -> Result<GrantCodes, DbError> {
    let codes = column.map(|text| serde_json::from_str(&text)).transpose();
    let codes = codes
        .map_err(|error| DbError::Other(format!("the codes of the group {group} cannot be read: {error}")))?;
    Ok(codes.unwrap_or_default())
}
