use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::{EventType, PutEventTypeRequest};

use super::event_type_message::event_type_message;
use crate::domain::own_event_type::{OwnEventTypeRequest, check};
use crate::registry::Registry;
use crate::store::{event_types, versions};

#[tracing::instrument(name = "installation.put_event_type", skip_all)]
pub(super) async fn put_event_type(
    registry: &Registry,
    caller: &Caller,
    request: PutEventTypeRequest,
) -> Result<EventType, Error> {
    if !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    let PutEventTypeRequest { resource, action, scope, schema_json } = request;
    let request = OwnEventTypeRequest { resource, action, scope, schema_json };
    let new_id = registry.db.allocate_ids("event_type", 1).await?;
    let mut tx = registry.db.begin().await?;
    // First of all: what is read after it stays true until the commit.
    let version = versions::next(&mut tx).await?;
    let own = check(request, &event_types::all_in(&mut tx).await?)?;
    event_types::put(&mut tx, &own, new_id, version).await?;
    registry.commit(tx).await?;
    Ok(event_type_message(own))
}
