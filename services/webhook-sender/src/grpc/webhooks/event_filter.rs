use patchbay_domain::{Error, Result};
use patchbay_proto::installation::ListEventTypesRequest;
use patchbay_proto::installation::event_types_client::EventTypesClient;
use patchbay_rpc::{MAX_MESSAGE_BYTES, request, status};

use crate::context::Context;
use crate::domain::event_filter::{Named, TypeName, read, unknown};

/// Reads the name of an event type. `None` for the empty name, which means all.
///
/// Custom event types are fetched for each request that names one, which is rare, so this service does not mirror them.
pub(super) async fn event_filter(context: &Context, name: &str) -> Result<Option<TypeName>, Error> {
    let name_parts = match read(name)? {
        Named::All => return Ok(None),
        Named::BuiltIn(name_parts) => return Ok(Some(name_parts)),
        Named::Custom(name_parts) => name_parts,
    };
    let client = EventTypesClient::new(context.installations.clone());
    let request = request(ListEventTypesRequest { without_schemas: true, ..Default::default() });
    let listed = client.max_decoding_message_size(MAX_MESSAGE_BYTES).list_event_types(request).await;
    let types = listed.map_err(|refused| status::to_error(&refused))?.into_inner().event_types;
    let is_known = types.iter().any(|one| (&one.resource, &one.action) == (&name_parts.0, &name_parts.1));
    if is_known { Ok(Some(name_parts)) } else { Err(unknown(name)) }
}
