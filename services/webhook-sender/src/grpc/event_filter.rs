//! Which events are meant by the name of a type.

use patchbay_domain::{Error, Result};
use patchbay_proto::installation::ListEventTypesRequest;
use patchbay_proto::installation::event_types_client::EventTypesClient;
use patchbay_rpc::{MAX_MESSAGE_BYTES, request, status};

use super::webhooks::WebhooksService;
use crate::domain::event_filter::{Named, Wanted, read, unknown};

/// Resource and action; `None` for the empty name, which means all.
///
/// The operator's own types are asked for when somebody names one, which is rare, so nobody has to follow them here.
pub(crate) async fn event_filter(service: &WebhooksService, name: &str) -> Result<Option<Wanted>, Error> {
    let wanted = match read(name)? {
        Named::Everything => return Ok(None),
        Named::BuiltIn(wanted) => return Ok(Some(wanted)),
        Named::Own(wanted) => wanted,
    };
    let client = EventTypesClient::new(service.installations.clone());
    let asked = request(ListEventTypesRequest {});
    let listed = client.max_decoding_message_size(MAX_MESSAGE_BYTES).list_event_types(asked).await;
    let types = listed.map_err(|refused| status::to_error(&refused))?.into_inner().event_types;
    let is_known = types.iter().any(|one| (&one.resource, &one.action) == (&wanted.0, &wanted.1));
    if is_known { Ok(Some(wanted)) } else { Err(unknown(name)) }
}
