use patchbay_domain::{Caller, Error, EventType};
use patchbay_proto::installation::{DeleteEventTypeRequest, DeleteEventTypeResponse};

use crate::context::Context;
use crate::store::{event_types, versions};

pub(super) async fn delete_event_type(
    context: &Context,
    caller: &Caller,
    request: DeleteEventTypeRequest,
) -> Result<DeleteEventTypeResponse, Error> {
    if !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    let DeleteEventTypeRequest { resource, action } = request;
    if EventType::find(&resource, &action).is_some() {
        return Err(Error::invalid("EVENT_TYPE_BUILT_IN", "Built-in event types cannot be removed."));
    }
    let not_found = || Error::not_found("EVENT_TYPE_NOT_FOUND", "There is no such event type.");
    // PostgreSQL refuses texts with NUL.
    if resource.contains('\0') || action.contains('\0') {
        return Err(not_found());
    }
    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    if !event_types::remove(&mut tx, &resource, &action, version).await? {
        return Err(not_found());
    }
    context.commit(tx).await?;
    Ok(DeleteEventTypeResponse {})
}
