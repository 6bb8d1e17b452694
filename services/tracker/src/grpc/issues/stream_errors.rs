use futures::StreamExt;
use futures::stream::BoxStream;
use patchbay_domain::Caller;
use patchbay_proto::tracker as wire;
use patchbay_rpc::status;
use tonic::{Status, Streaming};

use super::record_error::record_error;
use crate::context::Context;

/// Requests of one stream that are processed at once: while one is committed, the next are gathered.
const AHEAD: usize = 8;

/// Records each request like `RecordError`. The first error ends the stream.
pub(super) fn stream_errors(
    context: &Context,
    caller: Caller,
    requests: Streaming<wire::RecordErrorRequest>,
) -> BoxStream<'static, Result<wire::RecordErrorResponse, Status>> {
    let context = context.clone();
    requests
        .map(move |request| {
            let (context, caller) = (context.clone(), caller.clone());
            async move { record_error(&context, &caller, request?).await.map_err(status::from_error) }
        })
        .buffered(AHEAD)
        .scan(false, |ended, response| {
            let item = (!*ended).then_some(response);
            *ended |= matches!(item, Some(Err(_)));
            std::future::ready(item)
        })
        .boxed()
}
