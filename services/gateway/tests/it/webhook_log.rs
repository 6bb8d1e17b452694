//! Plays the sender of webhooks: its log holds what a test puts in for apps called `hooks…`; apps answer their components as the test
//! says. It notes what it is asked.

use std::sync::{Arc, Mutex};

use patchbay_domain::Error;
use patchbay_proto::webhook_sender::webhooks_server::{Webhooks, WebhooksServer};
use patchbay_proto::webhook_sender::{
    CallRequest, CallResponse, CancelRecoveryRequest, EndpointHealth, GetEndpointHealthRequest,
    GetRecoveryRequest, ListDeadLettersRequest, ListDeadLettersResponse, ListRequestsRequest,
    ListRequestsResponse, RecoverRequest, Recovery, ResendRequest, ResendResponse,
};
use patchbay_rpc::status::from_error;
use tonic::{Request, Response, Status};

#[derive(Clone, Default)]
pub(crate) struct WebhookLog(Arc<Mutex<Shared>>);

type Answer = Box<dyn Fn(&CallRequest) -> CallResponse + Send>;

#[derive(Default)]
struct Shared {
    holds: ListRequestsResponse,
    asked: Vec<ListRequestsRequest>,
    answer: Option<Answer>,
    called: Vec<CallRequest>,
}

impl WebhookLog {
    pub(crate) fn server(self) -> WebhooksServer<Self> {
        WebhooksServer::new(self)
    }

    pub(crate) fn put(&self, holds: ListRequestsResponse) {
        self.0.lock().unwrap().holds = holds;
    }

    /// What apps answer from now on. Until then they cannot be reached.
    pub(crate) fn answer_with(&self, answer: impl Fn(&CallRequest) -> CallResponse + Send + 'static) {
        self.0.lock().unwrap().answer = Some(Box::new(answer));
    }

    /// What apps have been asked.
    pub(crate) fn called(&self) -> Vec<CallRequest> {
        self.0.lock().unwrap().called.clone()
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

    async fn call(&self, request: Request<CallRequest>) -> Result<Response<CallResponse>, Status> {
        let request = request.into_inner();
        let mut shared = self.0.lock().unwrap();
        let answer = shared.answer.as_ref().map(|answer| answer(&request)).unwrap_or_default();
        shared.called.push(request);
        Ok(Response::new(answer))
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
}

/// An empty answer for an app that is there.
fn known<T: Default>(app: &str) -> Result<Response<T>, Status> {
    if app.starts_with("hooks") {
        return Ok(Response::new(T::default()));
    }
    Err(from_error(Error::not_found("APP_NOT_FOUND", "Could not find the requested sentry app")))
}
