//! The other side of what event-fanout calls: the proto's own traits, played by the test.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures::stream::{iter, pending, unfold};
use futures::{Stream, StreamExt};
use patchbay_proto::installation::event_types_server::EventTypes;
use patchbay_proto::installation::installations_server::Installations;
use patchbay_proto::installation::*;
use patchbay_proto::webhook_sender::webhooks_server::Webhooks;
use patchbay_proto::webhook_sender::{
    CallRequest, CallResponse, CancelRecoveryRequest, DeliveryState, EndpointHealth,
    GetEndpointHealthRequest, GetRecoveryRequest, ListDeadLettersRequest, ListDeadLettersResponse,
    ListDeliveriesRequest, ListDeliveriesResponse, ListPoisonMessagesRequest, ListPoisonMessagesResponse,
    ListRequestsRequest, ListRequestsResponse, RecoverRequest, Recovery, ResendRequest, ResendResponse,
};
use tokio::sync::mpsc;
use tonic::{Request, Response, Status};

/// One connected stream of subscriptions; dropping it ends the stream.
pub(crate) type SubscriptionStream = mpsc::UnboundedSender<Result<WatchSubscriptionsResponse, Status>>;

/// Gives every stream that is opened to the test.
#[derive(Clone)]
pub(crate) struct Peers {
    pub(crate) opened: mpsc::UnboundedSender<SubscriptionStream>,
    pub(crate) deliveries: Arc<Mutex<Vec<DeliveryState>>>,
}

/// A message that completes a snapshot, or comes after it.
pub(crate) fn known(
    version: i64,
    subscriptions: Vec<Subscription>,
) -> Result<WatchSubscriptionsResponse, Status> {
    Ok(WatchSubscriptionsResponse { subscriptions, version: Some(version) })
}

/// A part of a snapshot that is not complete.
pub(crate) fn part(subscriptions: Vec<Subscription>) -> Result<WatchSubscriptionsResponse, Status> {
    Ok(WatchSubscriptionsResponse { subscriptions, version: None })
}

fn not_played<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("event-fanout does not call this"))
}

#[tonic::async_trait]
impl EventTypes for Peers {
    type WatchEventTypesStream = Pin<Box<dyn Stream<Item = Result<WatchEventTypesResponse, Status>> + Send>>;

    /// A catalogue that never changes.
    async fn watch_event_types(
        &self,
        _: Request<WatchEventTypesRequest>,
    ) -> Result<Response<Self::WatchEventTypesStream>, Status> {
        let deploy = EventType {
            resource: "deploy".into(),
            action: "finished".into(),
            scope: "project:read".into(),
            schema_json: r#"{"required":["version"]}"#.into(),
            built_in: false,
        };
        let snapshot =
            WatchEventTypesResponse { event_types: vec![deploy], version: Some(1), ..Default::default() };
        Ok(Response::new(Box::pin(iter([Ok(snapshot)]).chain(pending()))))
    }

    async fn put_event_type(&self, _: Request<PutEventTypeRequest>) -> Result<Response<EventType>, Status> {
        not_played()
    }

    async fn list_event_types(
        &self,
        _: Request<ListEventTypesRequest>,
    ) -> Result<Response<ListEventTypesResponse>, Status> {
        not_played()
    }

    async fn delete_event_type(
        &self,
        _: Request<DeleteEventTypeRequest>,
    ) -> Result<Response<DeleteEventTypeResponse>, Status> {
        not_played()
    }
}

#[tonic::async_trait]
impl Installations for Peers {
    type WatchSubscriptionsStream =
        Pin<Box<dyn Stream<Item = Result<WatchSubscriptionsResponse, Status>> + Send>>;

    async fn watch_subscriptions(
        &self,
        _: Request<WatchSubscriptionsRequest>,
    ) -> Result<Response<Self::WatchSubscriptionsStream>, Status> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.opened.send(sender).map_err(|_| Status::unavailable("the test is over"))?;
        Ok(Response::new(Box::pin(unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|message| (message, receiver))
        }))))
    }

    async fn install(&self, _: Request<InstallRequest>) -> Result<Response<Installation>, Status> {
        not_played()
    }

    async fn get_installation(
        &self,
        _: Request<GetInstallationRequest>,
    ) -> Result<Response<Installation>, Status> {
        not_played()
    }

    async fn list_installations(
        &self,
        _: Request<ListInstallationsRequest>,
    ) -> Result<Response<ListInstallationsResponse>, Status> {
        not_played()
    }

    async fn mark_installed(
        &self,
        _: Request<MarkInstalledRequest>,
    ) -> Result<Response<Installation>, Status> {
        not_played()
    }

    async fn uninstall(&self, _: Request<UninstallRequest>) -> Result<Response<UninstallResponse>, Status> {
        not_played()
    }

    async fn authorize(&self, _: Request<AuthorizeRequest>) -> Result<Response<Authorization>, Status> {
        not_played()
    }

    async fn get_project_filter(
        &self,
        _: Request<GetProjectFilterRequest>,
    ) -> Result<Response<ProjectFilter>, Status> {
        not_played()
    }

    async fn set_project_filter(
        &self,
        _: Request<SetProjectFilterRequest>,
    ) -> Result<Response<ProjectFilter>, Status> {
        not_played()
    }

    async fn clear_project_filter(
        &self,
        _: Request<ClearProjectFilterRequest>,
    ) -> Result<Response<ClearProjectFilterResponse>, Status> {
        not_played()
    }

    async fn get_webhooks(&self, _: Request<GetWebhooksRequest>) -> Result<Response<WebhooksState>, Status> {
        not_played()
    }

    async fn stop_webhooks(
        &self,
        _: Request<StopWebhooksRequest>,
    ) -> Result<Response<WebhooksState>, Status> {
        not_played()
    }

    async fn resume_webhooks(
        &self,
        _: Request<ResumeWebhooksRequest>,
    ) -> Result<Response<WebhooksState>, Status> {
        not_played()
    }
}

#[tonic::async_trait]
impl Webhooks for Peers {
    async fn list_requests(
        &self,
        _: Request<ListRequestsRequest>,
    ) -> Result<Response<ListRequestsResponse>, Status> {
        not_played()
    }

    async fn list_deliveries(
        &self,
        _: Request<ListDeliveriesRequest>,
    ) -> Result<Response<ListDeliveriesResponse>, Status> {
        let deliveries = self.deliveries.lock().unwrap().clone();
        Ok(Response::new(ListDeliveriesResponse { deliveries }))
    }

    async fn call(&self, _: Request<CallRequest>) -> Result<Response<CallResponse>, Status> {
        not_played()
    }

    async fn resend(&self, _: Request<ResendRequest>) -> Result<Response<ResendResponse>, Status> {
        not_played()
    }

    async fn list_dead_letters(
        &self,
        _: Request<ListDeadLettersRequest>,
    ) -> Result<Response<ListDeadLettersResponse>, Status> {
        not_played()
    }

    async fn recover(&self, _: Request<RecoverRequest>) -> Result<Response<Recovery>, Status> {
        not_played()
    }

    async fn get_recovery(&self, _: Request<GetRecoveryRequest>) -> Result<Response<Recovery>, Status> {
        not_played()
    }

    async fn cancel_recovery(&self, _: Request<CancelRecoveryRequest>) -> Result<Response<Recovery>, Status> {
        not_played()
    }

    async fn get_endpoint_health(
        &self,
        _: Request<GetEndpointHealthRequest>,
    ) -> Result<Response<EndpointHealth>, Status> {
        not_played()
    }

    async fn list_poison_messages(
        &self,
        _: Request<ListPoisonMessagesRequest>,
    ) -> Result<Response<ListPoisonMessagesResponse>, Status> {
        not_played()
    }
}
