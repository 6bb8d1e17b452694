//! The other side of what event-fanout calls: the proto's own traits, played by the test.

use std::sync::{Arc, Mutex};

use futures::StreamExt;
use futures::stream::{iter, pending, unfold};
use patchbay_proto::installation::event_types_server::EventTypes;
use patchbay_proto::installation::installations_server::Installations;
use patchbay_proto::installation::*;
use patchbay_proto::webhook_sender::webhooks_server::Webhooks;
use patchbay_proto::webhook_sender::{DeliveryState, ListDeliveriesRequest, ListDeliveriesResponse};
use tokio::sync::mpsc;
use tonic::codegen::BoxStream;
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

#[tonic::async_trait]
impl EventTypes for Peers {
    /// A catalogue that never changes.
    async fn watch_event_types(
        &self,
        _: Request<WatchEventTypesRequest>,
    ) -> Result<Response<BoxStream<WatchEventTypesResponse>>, Status> {
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
}

#[tonic::async_trait]
impl Installations for Peers {
    async fn watch_subscriptions(
        &self,
        _: Request<WatchSubscriptionsRequest>,
    ) -> Result<Response<BoxStream<WatchSubscriptionsResponse>>, Status> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.opened.send(sender).map_err(|_| Status::unavailable("the test is over"))?;
        Ok(Response::new(Box::pin(unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|message| (message, receiver))
        }))))
    }
}

#[tonic::async_trait]
impl Webhooks for Peers {
    async fn list_deliveries(
        &self,
        _: Request<ListDeliveriesRequest>,
    ) -> Result<Response<ListDeliveriesResponse>, Status> {
        let deliveries = self.deliveries.lock().unwrap().clone();
        Ok(Response::new(ListDeliveriesResponse { deliveries }))
    }
}
