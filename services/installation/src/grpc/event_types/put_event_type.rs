use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::{EventType, PutEventTypeRequest};

use super::event_type_message::event_type_message;
use crate::context::Context;
use crate::domain::custom_event_type::CustomEventTypeRequest;
use crate::domain::custom_event_type::check;
use crate::store::{event_types, versions};

pub(super) async fn put_event_type(
    context: &Context,
    caller: &Caller,
    request: PutEventTypeRequest,
) -> Result<EventType, Error> {
    if !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    let PutEventTypeRequest { resource, action, scope, schema_json } = request;
    let request = CustomEventTypeRequest { resource, action, scope, schema_json };
    let new_id = context.db.allocate_ids("event_type", 1).await?;
    let mut tx = context.db.begin().await?;
    // Taken first: it locks all changes, so the types read below are current until the commit.
    let version = versions::next(&mut tx).await?;
    let own = check(request, &event_types::all_in(&mut tx).await?)?;
    event_types::put(&mut tx, &own, new_id, version).await?;
    context.commit(tx).await?;
    Ok(event_type_message(own))
}
