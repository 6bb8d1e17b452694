//! Plays the log of webhooks: holds what a test puts in for apps called `hooks…` and notes what it is asked.

use std::sync::{Arc, Mutex};

use patchbay_domain::Error;
use patchbay_proto::webhook_sender::webhooks_server::{Webhooks, WebhooksServer};
use patchbay_proto::webhook_sender::{
    CallRequest, CallResponse, CancelRecoveryRequest, EndpointHealth, GetEndpointHealthRequest,
    GetRecoveryRequest, ListDeadLettersRequest, ListDeadLettersResponse, ListDeliveriesRequest,
    ListDeliveriesResponse, ListPoisonMessagesRequest, ListPoisonMessagesResponse, ListRequestsRequest,
    ListRequestsResponse, RecoverRequest, Recovery, ResendRequest, ResendResponse,
};
use patchbay_rpc::status::from_error;
use tonic::{Request, Response, Status};

#[derive(Clone, Default)]
pub(crate) struct WebhookLog(Arc<Mutex<Shared>>);

#[derive(Default)]
struct Shared {
    holds: ListRequestsResponse,
    asked: Vec<ListRequestsRequest>,
}

impl WebhookLog {
    pub(crate) fn server(self) -> WebhooksServer<Self> {
        WebhooksServer::new(self)
    }

    pub(crate) fn put(&self, holds: ListRequestsResponse) {
        self.0.lock().unwrap().holds = holds;
    }

    pub(crate) fn asked(&self) -> Vec<ListRequestsRequest> {
        self.0.lock().unwrap().asked.clone()
    }
}

#[tonic::async_trait]
impl Webhooks for WebhookLog {
    async fn list_requests(
        &self,
        request: Request<ListRequestsRequest>,
    ) -> Result<Response<ListRequestsResponse>, Status> {
        let request = request.into_inner();
        if !request.app.starts_with("hooks") {
            let message = "Could not find the requested sentry app";
            return Err(from_error(Error::not_found("APP_NOT_FOUND", message)));
        }
        let known = request.event_type.is_empty() || request.event_type == "issue.created";
        let mut shared = self.0.lock().unwrap();
        shared.asked.push(request);
        if known {
            Ok(Response::new(shared.holds.clone()))
        } else {
            Err(from_error(Error::invalid("UNKNOWN_EVENT_TYPE", "No such event type.")))
        }
    }

    async fn list_deliveries(
        &self,
        _: Request<ListDeliveriesRequest>,
    ) -> Result<Response<ListDeliveriesResponse>, Status> {
        Err(Status::unimplemented("the gateway has no use for it"))
    }

    async fn call(&self, _: Request<CallRequest>) -> Result<Response<CallResponse>, Status> {
        Err(Status::unimplemented("the gateway has no use for it"))
    }

    async fn resend(&self, _: Request<ResendRequest>) -> Result<Response<ResendResponse>, Status> {
        Err(from_error(Error::not_found("DELIVERY_NOT_FOUND", "There is no such delivery.")))
    }

    async fn list_dead_letters(
        &self,
        request: Request<ListDeadLettersRequest>,
    ) -> Result<Response<ListDeadLettersResponse>, Status> {
        known(&request.into_inner().app)
    }

    async fn recover(&self, request: Request<RecoverRequest>) -> Result<Response<Recovery>, Status> {
        known(&request.into_inner().app)
    }

    async fn get_recovery(&self, _: Request<GetRecoveryRequest>) -> Result<Response<Recovery>, Status> {
        Err(from_error(Error::not_found("RECOVERY_NOT_FOUND", "There is no such recovery.")))
    }

    async fn cancel_recovery(&self, _: Request<CancelRecoveryRequest>) -> Result<Response<Recovery>, Status> {
        Err(from_error(Error::not_found("RECOVERY_NOT_FOUND", "There is no such recovery.")))
    }

    async fn get_endpoint_health(
        &self,
        request: Request<GetEndpointHealthRequest>,
    ) -> Result<Response<EndpointHealth>, Status> {
        known(&request.into_inner().app)
    }

    async fn list_poison_messages(
        &self,
        _: Request<ListPoisonMessagesRequest>,
    ) -> Result<Response<ListPoisonMessagesResponse>, Status> {
        Err(Status::unimplemented("the gateway has no use for it"))
    }
}

/// An empty answer for an app that is there.
fn known<T: Default>(app: &str) -> Result<Response<T>, Status> {
    if app.starts_with("hooks") {
        return Ok(Response::new(T::default()));
    }
    Err(from_error(Error::not_found("APP_NOT_FOUND", "Could not find the requested sentry app")))
}
