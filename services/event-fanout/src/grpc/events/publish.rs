use patchbay_domain::{Error, Result};
use patchbay_proto::event_fanout::{PublishRequest, PublishResponse};
use tonic::metadata::MetadataMap;

use super::check_request::check_request;
use crate::accept::Accepted;
use crate::context::Context;

pub(super) async fn publish(
    context: &Context,
    metadata: &MetadataMap,
    request: PublishRequest,
) -> Result<PublishResponse> {
    let event = check_request(context, metadata, request)
        .inspect_err(|error| context.metrics.count_refusal(error))?;
    let accepted = context.accept.accept(vec![event]).await?;
    let first = accepted.into_iter().next();
    first.map(response).ok_or_else(|| Error::internal("NO_ANSWER", "Something went wrong on our side."))
}

pub(super) fn response(accepted: Accepted) -> PublishResponse {
    PublishResponse {
        event_id: accepted.id.to_string(),
        duplicate: accepted.duplicate,
        content_differs: accepted.content_differs,
    }
}
