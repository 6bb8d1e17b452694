//! The `Webhooks` RPCs.

use std::sync::Arc;

use patchbay_bus::Bus;
use patchbay_db::Db;
use patchbay_domain::Clock;
use patchbay_proto::webhook_sender::webhooks_server::Webhooks;
use patchbay_proto::webhook_sender::{
    CallRequest, CallResponse, CancelRecoveryRequest, EndpointHealth, GetEndpointHealthRequest,
    GetRecoveryRequest, ListDeadLettersRequest, ListDeadLettersResponse, ListDeliveriesRequest,
    ListDeliveriesResponse, ListPoisonMessagesRequest, ListPoisonMessagesResponse, ListRequestsRequest,
    ListRequestsResponse, RecoverRequest, Recovery, ResendRequest, ResendResponse,
};
use patchbay_rpc::Channel;
use patchbay_rpc::status::from_error;
use tokio::sync::Notify;
use tonic::{Request, Response, Status};

use super::{
    call, get_endpoint_health, list_dead_letters, list_deliveries, list_poison_messages, list_requests,
    recover, resend,
};
use crate::component::Components;
use crate::lane::Lanes;
use crate::workers::due::Wake;
use crate::world::World;

/// Answers from the record, and has things sent.
#[derive(Debug)]
pub(crate) struct WebhooksService {
    pub db: Db,
    pub bus: Bus,
    pub clock: Clock,
    /// The installation service.
    pub installations: Channel,
    pub world: Arc<World>,
    pub lanes: Arc<Lanes>,
    pub components: Components,
    /// Something is due.
    pub wake: Arc<Wake>,
    /// A recovery has begun.
    pub recoveries: Arc<Notify>,
    /// Webhooks a second that a recovery may send at most.
    pub recovery_rate: u32,
}

#[tonic::async_trait]
impl Webhooks for WebhooksService {
    async fn list_requests(
        &self,
        request: Request<ListRequestsRequest>,
    ) -> Result<Response<ListRequestsResponse>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let answer = list_requests::list_requests(self, &caller, request.into_inner()).await;
        answer.map(Response::new).map_err(from_error)
    }

    async fn list_deliveries(
        &self,
        request: Request<ListDeliveriesRequest>,
    ) -> Result<Response<ListDeliveriesResponse>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let answer = list_deliveries::list_deliveries(self, &caller, request.into_inner()).await;
        answer.map(Response::new).map_err(from_error)
    }

    async fn call(&self, request: Request<CallRequest>) -> Result<Response<CallResponse>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let answer = call::call(self, &caller, request.into_inner()).await;
        answer.map(Response::new).map_err(from_error)
    }

    async fn resend(&self, request: Request<ResendRequest>) -> Result<Response<ResendResponse>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let answer = resend::resend(self, &caller, request.into_inner()).await;
        answer.map(Response::new).map_err(from_error)
    }

    async fn list_dead_letters(
        &self,
        request: Request<ListDeadLettersRequest>,
    ) -> Result<Response<ListDeadLettersResponse>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let answer = list_dead_letters::list_dead_letters(self, &caller, request.into_inner()).await;
        answer.map(Response::new).map_err(from_error)
    }

    async fn recover(&self, request: Request<RecoverRequest>) -> Result<Response<Recovery>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let answer = recover::recover(self, &caller, request.into_inner()).await;
        answer.map(Response::new).map_err(from_error)
    }

    async fn get_recovery(&self, request: Request<GetRecoveryRequest>) -> Result<Response<Recovery>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let answer = recover::get_recovery(self, &caller, request.into_inner()).await;
        answer.map(Response::new).map_err(from_error)
    }

    async fn cancel_recovery(
        &self,
        request: Request<CancelRecoveryRequest>,
    ) -> Result<Response<Recovery>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let answer = recover::cancel_recovery(self, &caller, request.into_inner()).await;
        answer.map(Response::new).map_err(from_error)
    }

    async fn get_endpoint_health(
        &self,
        request: Request<GetEndpointHealthRequest>,
    ) -> Result<Response<EndpointHealth>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let answer = get_endpoint_health::get_endpoint_health(self, &caller, request.into_inner()).await;
        answer.map(Response::new).map_err(from_error)
    }

    async fn list_poison_messages(
        &self,
        request: Request<ListPoisonMessagesRequest>,
    ) -> Result<Response<ListPoisonMessagesResponse>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let answer = list_poison_messages::list_poison_messages(self, &caller, request.into_inner()).await;
        answer.map(Response::new).map_err(from_error)
    }
}
