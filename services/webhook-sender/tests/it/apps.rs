use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures::{Stream, StreamExt, stream};
use patchbay_proto::installation::app_registry_server::AppRegistry;
use patchbay_proto::installation::event_types_server::EventTypes;
use patchbay_proto::installation::installations_server::Installations;
use patchbay_proto::installation::*;
use tokio::sync::watch;
use tonic::{Request, Response, Status};
use uuid::Uuid;

/// The streams of the installation service, told by the test: after each change all there is.
#[derive(Clone, Default)]
pub(crate) struct Apps {
    endpoints: Arc<Mutex<BTreeMap<i64, Endpoint>>>,
    subscriptions: Arc<Mutex<BTreeMap<String, Subscription>>>,
    disabled: Arc<Mutex<Vec<DisableAppRequest>>>,
    outages: Arc<Mutex<Vec<ReportOutageRequest>>>,
    event_types: Arc<Mutex<Vec<EventType>>>,
    version: Arc<watch::Sender<i64>>,
}

impl Apps {
    /// An event type of the operator's own.
    pub(crate) fn add_event_type(&self, resource: &str, action: &str) {
        let (resource, action) = (resource.to_owned(), action.to_owned());
        self.event_types.lock().unwrap().push(EventType { resource, action, ..Default::default() });
    }

    pub(crate) fn set_endpoint(&self, endpoint: Endpoint) {
        self.endpoints.lock().unwrap().insert(endpoint.app_id, endpoint);
        self.version.send_modify(|version| *version += 1);
    }

    pub(crate) fn change_endpoint(&self, app_id: i64, change: impl FnOnce(&mut Endpoint)) {
        let mut endpoint = self.endpoints.lock().unwrap()[&app_id].clone();
        change(&mut endpoint);
        self.set_endpoint(endpoint);
    }

    pub(crate) fn set_installation(&self, installation: Uuid, app_id: i64, status: InstallationStatus) {
        let uuid = installation.to_string();
        let subscription = Subscription {
            installation_uuid: uuid.clone(),
            app_id,
            status: status.into(),
            ..Default::default()
        };
        self.subscriptions.lock().unwrap().insert(uuid, subscription);
        self.version.send_modify(|version| *version += 1);
    }

    pub(crate) fn change_installation(&self, installation: Uuid, change: impl FnOnce(&mut Subscription)) {
        change(self.subscriptions.lock().unwrap().get_mut(&installation.to_string()).unwrap());
        self.version.send_modify(|version| *version += 1);
    }

    pub(crate) fn installation(&self, installation: Uuid) -> Subscription {
        self.subscriptions.lock().unwrap()[&installation.to_string()].clone()
    }

    /// What `DisableApp` was asked.
    pub(crate) fn disabled(&self) -> Vec<DisableAppRequest> {
        self.disabled.lock().unwrap().clone()
    }

    /// The requests that `ReportOutage` has received.
    pub(crate) fn outages(&self) -> Vec<ReportOutageRequest> {
        self.outages.lock().unwrap().clone()
    }

    /// As when the service has forgotten about an installation by the time it is asked again.
    pub(crate) fn forget_installation(&self, installation: Uuid) {
        self.subscriptions.lock().unwrap().remove(&installation.to_string());
    }

    fn follow<M: Send + 'static>(&self, say: impl Fn(i64) -> M + Send + 'static) -> Told<M> {
        let version = self.version.subscribe();
        let states = stream::unfold((version, true), |(mut version, first)| async move {
            if !first {
                version.changed().await.ok()?;
            }
            let now = *version.borrow_and_update();
            Some((now, (version, false)))
        });
        Ok(Response::new(states.map(move |version| Ok(say(version))).boxed()))
    }
}

type Told<M> = Result<Response<Pin<Box<dyn Stream<Item = Result<M, Status>> + Send>>>, Status>;

#[tonic::async_trait]
impl AppRegistry for Apps {
    async fn watch_endpoints(&self, _: Request<WatchEndpointsRequest>) -> Told<WatchEndpointsResponse> {
        let endpoints = self.endpoints.clone();
        self.follow(move |version| WatchEndpointsResponse {
            endpoints: endpoints.lock().unwrap().values().cloned().collect(),
            version: Some(version),
        })
    }

    async fn disable_app(&self, request: Request<DisableAppRequest>) -> Result<Response<App>, Status> {
        let request = request.into_inner();
        let app_id = request.app.parse().unwrap();
        self.disabled.lock().unwrap().push(request);
        self.change_endpoint(app_id, |endpoint| endpoint.is_disabled = true);
        Ok(Response::new(App::default()))
    }

    async fn report_outage(
        &self,
        request: Request<ReportOutageRequest>,
    ) -> Result<Response<ReportOutageResponse>, Status> {
        self.outages.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ReportOutageResponse {}))
    }
}

#[tonic::async_trait]
impl EventTypes for Apps {
    async fn list_event_types(
        &self,
        _: Request<ListEventTypesRequest>,
    ) -> Result<Response<ListEventTypesResponse>, Status> {
        let event_types = self.event_types.lock().unwrap().clone();
        Ok(Response::new(ListEventTypesResponse { event_types, has_more: false }))
    }
}

#[tonic::async_trait]
impl Installations for Apps {
    async fn watch_subscriptions(
        &self,
        _: Request<WatchSubscriptionsRequest>,
    ) -> Told<WatchSubscriptionsResponse> {
        let subscriptions = self.subscriptions.clone();
        self.follow(move |version| WatchSubscriptionsResponse {
            subscriptions: subscriptions.lock().unwrap().values().cloned().collect(),
            version: Some(version),
        })
    }

    async fn stop_webhooks(
        &self,
        request: Request<StopWebhooksRequest>,
    ) -> Result<Response<WebhooksState>, Status> {
        let uuid = request.into_inner().uuid;
        self.change_installation(uuid.parse().unwrap(), |it| {
            it.suspended_reason = "webhooks_stopped".into();
        });
        Ok(Response::new(WebhooksState { uuid, ..Default::default() }))
    }
}
