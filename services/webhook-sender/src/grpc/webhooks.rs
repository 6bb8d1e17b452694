//! The `Webhooks` RPCs.

use std::sync::Arc;

use patchbay_db::Db;
use patchbay_domain::Clock;
use patchbay_proto::webhook_sender::webhooks_server::Webhooks;
use patchbay_proto::webhook_sender::{
    CallRequest, CallResponse, CancelRecoveryRequest, EndpointHealth, GetEndpointHealthRequest,
    GetRecoveryRequest, ListDeadLettersRequest, ListDeadLettersResponse, ListDeliveriesRequest,
    ListDeliveriesResponse, ListPoisonMessagesRequest, ListPoisonMessagesResponse, ListRequestsRequest,
    ListRequestsResponse, RecoverRequest, Recovery, ResendRequest, ResendResponse,
};
use patchbay_rpc::status::from_error;
use tonic::{Request, Response, Status};

use super::{list_deliveries, list_requests};
use crate::lane::Lanes;
use crate::world::World;

/// Answers from the record.
#[derive(Debug)]
pub(crate) struct WebhooksService {
    pub db: Db,
    pub clock: Clock,
    pub world: Arc<World>,
    pub lanes: Arc<Lanes>,
}

#[tonic::async_trait]
impl Webhooks for WebhooksService {
    async fn list_requests(
        &self,
        request: Request<ListRequestsRequest>,
    ) -> Result<Response<ListRequestsResponse>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let listed = list_requests::list_requests(self, &caller, request.into_inner()).await;
        listed.map(Response::new).map_err(from_error)
    }

    async fn list_deliveries(
        &self,
        request: Request<ListDeliveriesRequest>,
    ) -> Result<Response<ListDeliveriesResponse>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let listed = list_deliveries::list_deliveries(self, &caller, request.into_inner()).await;
        listed.map(Response::new).map_err(from_error)
    }

    async fn call(&self, _: Request<CallRequest>) -> Result<Response<CallResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn resend(&self, _: Request<ResendRequest>) -> Result<Response<ResendResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn list_dead_letters(
        &self,
        _: Request<ListDeadLettersRequest>,
    ) -> Result<Response<ListDeadLettersResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn recover(&self, _: Request<RecoverRequest>) -> Result<Response<Recovery>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn get_recovery(&self, _: Request<GetRecoveryRequest>) -> Result<Response<Recovery>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn cancel_recovery(&self, _: Request<CancelRecoveryRequest>) -> Result<Response<Recovery>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn get_endpoint_health(
        &self,
        _: Request<GetEndpointHealthRequest>,
    ) -> Result<Response<EndpointHealth>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn list_poison_messages(
        &self,
        _: Request<ListPoisonMessagesRequest>,
    ) -> Result<Response<ListPoisonMessagesResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }
}
