use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::{EventType, ListEventTypesRequest, ListEventTypesResponse};

use super::event_type_message::event_type_message;
use crate::context::Context;
use crate::domain::custom_event_type::built_in;
use crate::store::event_types;

pub(super) async fn list_event_types(
    context: &Context,
    _: &Caller,
    _: ListEventTypesRequest,
) -> Result<ListEventTypesResponse, Error> {
    let own = event_types::all(&context.db).await?;
    let built_in = built_in().map(|(resource, action, scope)| EventType {
        resource: resource.to_owned(),
        action: action.to_owned(),
        scope: scope.map(|scope| scope.to_string()).unwrap_or_default(),
        schema_json: String::new(),
        built_in: true,
    });
    let mut event_types: Vec<_> = built_in.chain(own.into_iter().map(event_type_message)).collect();
    event_types.sort_by(|a, b| (&a.resource, &a.action).cmp(&(&b.resource, &b.action)));
    Ok(ListEventTypesResponse { event_types })
}
