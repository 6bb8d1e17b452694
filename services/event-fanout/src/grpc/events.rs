use futures::stream::BoxStream;
use patchbay_db::Db;
use patchbay_domain::{Clock, Error};
use patchbay_proto::event_fanout::events_server::Events;
use patchbay_proto::event_fanout::{
    BackfillRequest, BackfillResponse, ExplainRequest, ExplainResponse, PublishBatchRequest,
    PublishBatchResponse, PublishRequest, PublishResponse, PublishStreamRequest, PublishStreamResponse,
};
use patchbay_rpc::{Channel, status};
use patchbay_runtime::Stop;
use tonic::{Request, Response, Status, Streaming};

use crate::accept::Accept;
use crate::catalogue::Catalogue;
use crate::metrics::FanoutMetrics;
use crate::subscriptions::Subscriptions;

/// The gRPC service `Events`.
#[derive(Clone, Debug)]
pub(crate) struct EventsService {
    pub(crate) accept: Accept,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) catalogue: Catalogue,
    pub(crate) db: Db,
    pub(crate) webhooks: Channel,
    pub(crate) clock: Clock,
    pub(crate) metrics: FanoutMetrics,
    pub(crate) stop: Stop,
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

    async fn publish_stream(
        &self,
        request: Request<Streaming<PublishStreamRequest>>,
    ) -> Result<Response<BoxStream<'static, Result<PublishStreamResponse, Status>>>, Status> {
        services_only(&request)?;
        let (metadata, _, requests) = request.into_parts();
        Ok(Response::new(self.publish_stream_of(metadata, requests)))
    }

    async fn backfill(
        &self,
        request: Request<BackfillRequest>,
    ) -> Result<Response<BackfillResponse>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let answer = self.backfill_installation(&caller, request.into_inner()).await;
        answer.map(Response::new).map_err(status::from_error)
    }

    async fn explain(&self, request: Request<ExplainRequest>) -> Result<Response<ExplainResponse>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let answer = self.explain_event(&caller, request.into_inner()).await;
        answer.map(Response::new).map_err(status::from_error)
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
