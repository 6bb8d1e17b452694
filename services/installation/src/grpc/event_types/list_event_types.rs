use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::{EventType, ListEventTypesRequest, ListEventTypesResponse};

use super::event_type_message::event_type_message;
use crate::context::Context;
use crate::domain::custom_event_type::built_in;
use crate::grpc::page::Page;
use crate::store::event_types;

/// More than there can be.
const MAX_LIMIT: usize = 1000;

pub(super) async fn list_event_types(
    context: &Context,
    _: &Caller,
    request: ListEventTypesRequest,
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
    if request.without_schemas {
        event_types.iter_mut().for_each(|event_type| event_type.schema_json.clear());
    }
    let event_types = &event_types;
    let fetch = |offset: i64, limit: i64| async move {
        let skipped = event_types.iter().skip(usize::try_from(offset).unwrap_or(usize::MAX));
        Ok::<_, Error>(skipped.take(usize::try_from(limit).unwrap_or_default()).cloned().collect())
    };
    let page = Page::up_to(MAX_LIMIT, request.offset, request.limit);
    let (event_types, has_more) = page.collect(fetch).await?;
    Ok(ListEventTypesResponse { event_types, has_more })
}
