use bytes::Bytes;
use chrono::DateTime;
use patchbay_bus::{Bus, BusConfig, Confirm, Message, Topic};
use patchbay_db::{Db, DbConfig};
use patchbay_domain::ids::delivery_id;
use patchbay_domain::{Clock, ManualClock};
use patchbay_proto::installation::app_registry_server::AppRegistryServer;
use patchbay_proto::installation::event_types_server::EventTypesServer;
use patchbay_proto::installation::installations_server::InstallationsServer;
use patchbay_proto::installation::{AppStatus, Endpoint, InstallationStatus};
use patchbay_proto::webhook_sender::webhooks_client::WebhooksClient;
use patchbay_proto::webhook_sender::{
    Delivery, DeliveryBatch, DeliveryState, DeliveryStatus, ListDeliveriesRequest, ListRequestsRequest,
    Request,
};
use patchbay_rpc::{Channel, Server};
use patchbay_runtime::{Metrics, Readiness, Runtime, Settings, Stop};
pub(crate) use patchbay_testkit::service::SOON;
use patchbay_testkit::service::{memory, runtime, serve_on};
use patchbay_testkit::{Receiver, eventually};
use patchbay_webhook_sender::{Config, MIGRATIONS, NAME};
use prost::Message as _;
use tempfile::TempDir;
use uuid::Uuid;

use crate::apps::Apps;

pub(crate) const SECRET: &str = "9c1185a5c5e9fc54612808977ee8f548b2258d31a5b3d5b8a3c4e1f0a1b2c3d4";
pub(crate) const ORGANIZATION: i64 = 7;
pub(crate) const BODY: &str = r#"{"action":"created","data":{"name":"Zoë – 日本"}}"#;

/// The service, the bus in front of it, and the apps behind it.
pub(crate) struct Running {
    pub apps: Apps,
    pub bus: Bus,
    pub db: Db,
    pub clock: Clock,
    pub hand: ManualClock,
    pub metrics: Metrics,
    pub readiness: Readiness,
    pub webhooks: WebhooksClient<Channel>,
    settings: Vec<(&'static str, &'static str)>,
    stop: Stop,
    runs: bool,
    _folder: Option<TempDir>,
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With settings other than the defaults.
    pub(crate) async fn with(settings: &[(&'static str, &'static str)]) -> Self {
        let mut running = Self::stopped(settings).await;
        running.start_again().await;
        running
    }

    /// Everything but the service itself.
    pub(crate) async fn stopped(settings: &[(&'static str, &'static str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = DbConfig::new(format!("sqlite:{}", folder.path().display()));
        let db = Db::connect(&config, NAME, &MIGRATIONS).await.unwrap();
        db.migrate().await.unwrap();
        let running = Self::stopped_on(db, Bus::in_process(&BusConfig::default()), settings);
        Self { _folder: Some(folder), ..running }
    }

    /// As [`Running::stopped`], on a database and a bus of the test's choice.
    pub(crate) fn stopped_on(db: Db, bus: Bus, settings: &[(&'static str, &'static str)]) -> Self {
        let (runtime, hand) = runtime(DateTime::from_timestamp(1_700_000_000, 0).unwrap());
        let Runtime { clock, metrics, readiness, stop, .. } = runtime;
        let (_, _, unconnected) = memory();
        Self {
            apps: Apps::default(),
            bus,
            db,
            clock,
            hand,
            metrics,
            readiness,
            webhooks: WebhooksClient::new(unconnected),
            settings: [&[("EGRESS_ALLOW", "127.0.0.0/8")], settings].concat(),
            stop,
            runs: false,
            _folder: None,
        }
    }

    /// Starts the service, which must not run, on what there is.
    pub(crate) async fn start_again(&mut self) {
        self.stop = Stop::new();
        let (listener, connector, channel) = memory();
        let settings = Settings::from_pairs(self.settings.clone());
        let config = Config::read(&settings);
        settings.finish().unwrap();
        let server = Server::new()
            .unwrap()
            .add_service(AppRegistryServer::new(self.apps.clone()))
            .add_service(EventTypesServer::new(self.apps.clone()))
            .add_service(InstallationsServer::new(self.apps.clone()));
        let server = patchbay_webhook_sender::start(
            server,
            Runtime {
                metrics: self.metrics.clone(),
                readiness: self.readiness.clone(),
                stop: self.stop.clone(),
                ..Runtime::new(self.clock.clone())
            },
            self.db.clone(),
            self.bus.clone(),
            channel.clone(),
            config,
        )
        .await
        .unwrap();
        serve_on(listener, connector, server, &self.stop);
        self.webhooks = WebhooksClient::new(channel);
        self.runs = true;
    }

    /// Stops the service as an operator does.
    pub(crate) async fn stop(&self) {
        self.stop.drain(SOON).await.unwrap();
    }

    /// Ends the service where it is.
    pub(crate) async fn kill(&self) {
        self.stop.request_hard();
        let _ = self.stop.drain(SOON).await;
    }

    /// An app at the receiver, installed once. Known to the service when this returns, if it runs.
    pub(crate) async fn app(&self, app_id: i64, receiver: &Receiver) -> Uuid {
        let installation = Uuid::new_v4();
        self.apps.set_installation(installation, app_id, InstallationStatus::Installed);
        self.apps.set_endpoint(Endpoint {
            app_id,
            app_slug: format!("app-{app_id}"),
            status: AppStatus::Unpublished.into(),
            owner_organization_id: ORGANIZATION,
            webhook_url: receiver.url(&format!("/hook/{app_id}")),
            client_secrets: vec![SECRET.into()],
            ..Default::default()
        });
        if self.runs {
            eventually(SOON, "the app is known", async || {
                let request = ListRequestsRequest { app: app_id.to_string(), ..Default::default() };
                self.webhooks.clone().list_requests(patchbay_rpc::request(request)).await.ok()
            })
            .await;
        }
        installation
    }

    /// A webhook for the installation, accepted now.
    pub(crate) fn webhook(&self, app_id: i64, installation: Uuid) -> Delivery {
        let event = Uuid::now_v7();
        Delivery {
            delivery_id: bytes(delivery_id(event, installation)),
            event_id: bytes(event),
            installation_id: bytes(installation),
            app_id,
            organization_id: ORGANIZATION,
            resource: "issue".into(),
            action: "created".into(),
            body: Bytes::from_static(BODY.as_bytes()),
            accepted_at_micros: self.clock.now().timestamp_micros(),
            traceparent: String::new(),
            unconditional: false,
            ..Default::default()
        }
    }

    /// `installation.created` or `installation.deleted`, as the installation service publishes it.
    pub(crate) fn about_installation(&self, app_id: i64, installation: Uuid, action: &str) -> Delivery {
        Delivery {
            resource: "installation".into(),
            action: action.into(),
            unconditional: true,
            ..self.webhook(app_id, installation)
        }
    }

    /// Publishes one webhook and waits until the service has taken it over.
    pub(crate) async fn deliver(&self, delivery: &Delivery) {
        self.publish(std::slice::from_ref(delivery)).await.await.unwrap();
    }

    pub(crate) async fn publish(&self, deliveries: &[Delivery]) -> Confirm {
        self.publish_batch(DeliveryBatch { deliveries: deliveries.to_vec(), replay: false }).await
    }

    pub(crate) async fn replay(&self, deliveries: &[Delivery]) -> Confirm {
        self.publish_batch(DeliveryBatch { deliveries: deliveries.to_vec(), replay: true }).await
    }

    async fn publish_batch(&self, batch: DeliveryBatch) -> Confirm {
        let message = Message::new("deliveries", batch.encode_to_vec());
        self.bus.publish(Topic::Deliveries, message).await.unwrap()
    }

    /// The state of the webhook by `ListDeliveries`, `None` before its first record.
    pub(crate) async fn state(&self, delivery: &Delivery) -> Option<DeliveryState> {
        let event_id = Uuid::from_slice(&delivery.event_id).unwrap().to_string();
        let request = patchbay_rpc::request(ListDeliveriesRequest { event_id });
        let listed = self.webhooks.clone().list_deliveries(request).await.unwrap().into_inner().deliveries;
        assert!(listed.len() <= 1, "one delivery of the event: {listed:?}");
        listed.into_iter().next()
    }

    /// Waits until the webhook has the status and returns its state.
    pub(crate) async fn until(&self, delivery: &Delivery, status: DeliveryStatus) -> DeliveryState {
        let what = format!("the webhook is {status:?}");
        eventually(SOON, &what, async || self.state(delivery).await.filter(|state| state.status() == status))
            .await
    }

    /// Waits until the webhook has been tried so often.
    pub(crate) async fn until_attempts(&self, delivery: &Delivery, attempts: i32) -> DeliveryState {
        let what = format!("attempt {attempts} is recorded");
        eventually(SOON, &what, async || {
            self.state(delivery).await.filter(|state| state.attempts == attempts)
        })
        .await
    }

    /// Rows about webhooks in all.
    pub(crate) async fn state_rows(&self) -> i64 {
        self.count("select count(*) from attempts").await
            + self.count("select count(*) from deliveries").await
    }

    pub(crate) async fn requests(&self, app_id: i64) -> Vec<Request> {
        let request = ListRequestsRequest { app: app_id.to_string(), ..Default::default() };
        let listed = self.webhooks.clone().list_requests(patchbay_rpc::request(request)).await;
        listed.unwrap().into_inner().requests
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.db.query(sql).fetch_scalar().await.unwrap()
    }
}

pub(crate) fn bytes(uuid: Uuid) -> Bytes {
    Bytes::copy_from_slice(uuid.as_bytes())
}
