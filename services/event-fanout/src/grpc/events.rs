use futures::stream::BoxStream;
use patchbay_db::Db;
use patchbay_domain::{Clock, Error};
use patchbay_proto::event_fanout::events_server::Events;
use patchbay_proto::event_fanout::{
    BackfillRequest, BackfillResponse, ExplainRequest, ExplainResponse, PublishBatchRequest,
    PublishBatchResponse, PublishRequest, PublishResponse, PublishStreamRequest, PublishStreamResponse,
};
use patchbay_rpc::{Channel, status};
use tonic::{Request, Response, Status, Streaming};

use crate::accept::Accept;
use crate::metrics::FanoutMetrics;
use crate::subscriptions::Subscriptions;

/// The gRPC service `Events`.
#[derive(Clone, Debug)]
pub(crate) struct EventsService {
    pub(crate) accept: Accept,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) db: Db,
    pub(crate) webhooks: Channel,
    pub(crate) clock: Clock,
    pub(crate) metrics: FanoutMetrics,
}

#[tonic::async_trait]
impl Events for EventsService {
    async fn publish(&self, request: Request<PublishRequest>) -> Result<Response<PublishResponse>, Status> {
        services_only(&request)?;
        self.publish_event(request).await.map(Response::new).map_err(status::from_error)
    }

    async fn publish_batch(
        &self,
        request: Request<PublishBatchRequest>,
    ) -> Result<Response<PublishBatchResponse>, Status> {
        services_only(&request)?;
        self.publish_events(request).await.map(Response::new).map_err(status::from_error)
    }

    type PublishStreamStream = BoxStream<'static, Result<PublishStreamResponse, Status>>;

    async fn publish_stream(
        &self,
        request: Request<Streaming<PublishStreamRequest>>,
    ) -> Result<Response<Self::PublishStreamStream>, Status> {
        services_only(&request)?;
        Err(Status::unimplemented("PublishStream"))
    }

    async fn backfill(
        &self,
        request: Request<BackfillRequest>,
    ) -> Result<Response<BackfillResponse>, Status> {
        services_only(&request)?;
        Err(Status::unimplemented("Backfill"))
    }

    async fn explain(&self, request: Request<ExplainRequest>) -> Result<Response<ExplainResponse>, Status> {
        services_only(&request)?;
        self.explain_event(request.into_inner()).await.map(Response::new).map_err(status::from_error)
    }
}

/// Services of ours and of the product, and the operator.
fn services_only<T>(request: &Request<T>) -> Result<(), Status> {
    if patchbay_rpc::caller(request)?.is_internal() {
        Ok(())
    } else {
        Err(status::from_error(Error::permission_denied()))
    }
}
