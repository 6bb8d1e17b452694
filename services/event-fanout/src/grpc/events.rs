mod backfill;
mod check_request;
mod explain;
mod publish;
mod publish_batch;
mod publish_stream;

use futures::stream::BoxStream;
use patchbay_domain::Error;
use patchbay_proto::event_fanout::events_server::Events;
use patchbay_proto::event_fanout::{
    BackfillRequest, BackfillResponse, ExplainRequest, ExplainResponse, PublishBatchRequest,
    PublishBatchResponse, PublishRequest, PublishResponse, PublishStreamRequest, PublishStreamResponse,
};
use patchbay_rpc::status::from_error;
use tonic::{Request, Response, Status, Streaming};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Events for Context {
        backfill(BackfillRequest) -> BackfillResponse;
        explain(ExplainRequest) -> ExplainResponse;
    }
    streaming {
        // The RPCs that publish read the trace context of the call from its metadata.
        async fn publish(&self, request: Request<PublishRequest>) -> Result<Response<PublishResponse>, Status> {
            services_only(&request)?;
            let (metadata, _, request) = request.into_parts();
            publish::publish(self, &metadata, request).await.map(Response::new).map_err(from_error)
        }

        async fn publish_batch(
            &self,
            request: Request<PublishBatchRequest>,
        ) -> Result<Response<PublishBatchResponse>, Status> {
            services_only(&request)?;
            let (metadata, _, request) = request.into_parts();
            publish_batch::publish_batch(self, &metadata, request).await.map(Response::new).map_err(from_error)
        }

        async fn publish_stream(
            &self,
            request: Request<Streaming<PublishStreamRequest>>,
        ) -> Result<Response<BoxStream<'static, Result<PublishStreamResponse, Status>>>, Status> {
            services_only(&request)?;
            let (metadata, _, requests) = request.into_parts();
            Ok(Response::new(publish_stream::publish_stream(self, metadata, requests)))
        }
    }
}

/// Only services and operators may publish.
fn services_only<T>(request: &Request<T>) -> Result<(), Status> {
    if patchbay_rpc::caller(request)?.is_internal() {
        Ok(())
    } else {
        Err(from_error(Error::permission_denied()))
    }
}
