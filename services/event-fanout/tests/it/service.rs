//! A running event-fanout.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use chrono::DateTime;
use patchbay_bus::{Bus, BusConfig, Consumer, Queue};
use patchbay_db::{Db, DbConfig};
use patchbay_domain::{Error, ManualClock};
use patchbay_event_fanout::{Config, FanoutMetrics, MIGRATIONS, NAME};
use patchbay_proto::event_fanout::events_client::EventsClient;
use patchbay_proto::event_fanout::{ExplainRequest, ExplainResponse, PublishRequest, PublishResponse};
use patchbay_proto::installation::Subscription;
use patchbay_proto::installation::event_types_server::EventTypesServer;
use patchbay_proto::installation::installations_server::InstallationsServer;
use patchbay_proto::webhook_sender::webhooks_server::WebhooksServer;
use patchbay_proto::webhook_sender::{Delivery, DeliveryBatch, DeliveryState};
use patchbay_rpc::{Channel, Server, request, status};
use patchbay_runtime::{Readiness, Settings, Stop};
use patchbay_testkit::eventually;
pub(crate) use patchbay_testkit::service::SOON;
use patchbay_testkit::service::{memory, runtime, serve_on};
use prost::Message;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::peers::{Peers, SubscriptionStream, known};

/// The running service, and the other ends of its connections.
pub(crate) struct Service {
    pub(crate) client: EventsClient<Channel>,
    pub(crate) db: Db,
    pub(crate) bus: Bus,
    pub(crate) clock: ManualClock,
    pub(crate) stop: Stop,
    pub(crate) readiness: Readiness,
    pub(crate) metrics: FanoutMetrics,
    pub(crate) opened: mpsc::UnboundedReceiver<SubscriptionStream>,
    pub(crate) deliveries: Arc<Mutex<Vec<DeliveryState>>>,
    /// Kept open: a stream that ends is opened again.
    pub(crate) stream: Option<SubscriptionStream>,
}

pub(crate) fn config() -> Config {
    config_of([])
}

pub(crate) fn config_of<const N: usize>(settings: [(&str, &str); N]) -> Config {
    let settings = Settings::from_pairs(settings);
    let config = Config::read(&settings);
    settings.finish().unwrap();
    config
}

pub(crate) async fn database(config: &DbConfig) -> Db {
    let db = Db::connect(config, NAME, &MIGRATIONS).await.unwrap();
    db.migrate().await.unwrap();
    db
}

/// Starts the service on a database in memory and a bus in process, with these subscriptions.
pub(crate) async fn run(subscriptions: Vec<Subscription>) -> Service {
    let db = database(&DbConfig::new("sqlite::memory:")).await;
    let bus = Bus::in_process(&BusConfig::default());
    let mut service = start(db, bus, 0, config()).await;
    service.snapshot(1, subscriptions).await;
    service
}

/// Starts the service. `seconds` is the time of its clock, so that a second start can be later.
pub(crate) async fn start(db: Db, bus: Bus, seconds: i64, config: Config) -> Service {
    let now = DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap();
    let (runtime, clock) = runtime(now);
    let (stop, readiness) = (runtime.stop.clone(), runtime.readiness.clone());
    let metrics = runtime.metrics.clone();
    let (listener, connector, channel) = memory();
    let (opened, streams) = mpsc::unbounded_channel();
    let deliveries = Arc::<Mutex<Vec<DeliveryState>>>::default();
    let peers = Peers { opened, deliveries: deliveries.clone() };
    let server = Server::new()
        .unwrap()
        .add_service(InstallationsServer::new(peers.clone()))
        .add_service(EventTypesServer::new(peers.clone()))
        .add_service(WebhooksServer::new(peers));
    let server = patchbay_event_fanout::start(
        server,
        runtime,
        db.clone(),
        bus.clone(),
        patchbay_event_fanout::Peers { installation: channel.clone(), webhook_sender: channel.clone() },
        config,
    )
    .await
    .unwrap();
    serve_on(listener, connector, server, &stop);
    let client = EventsClient::new(channel);
    let metrics = FanoutMetrics::register(&metrics);
    Service { client, db, bus, clock, stop, readiness, metrics, opened: streams, deliveries, stream: None }
}

impl Service {
    /// Waits for the stream of subscriptions and sends a complete snapshot.
    pub(crate) async fn snapshot(&mut self, version: i64, subscriptions: Vec<Subscription>) {
        let stream = self.next_stream().await;
        stream.send(known(version, subscriptions)).unwrap();
        self.stream = Some(stream);
        self.version(version).await;
    }

    pub(crate) async fn next_stream(&mut self) -> SubscriptionStream {
        tokio::time::timeout(SOON, self.opened.recv()).await.expect("a stream is opened").unwrap()
    }

    /// Waits until the index has all changes up to this one.
    pub(crate) async fn version(&self, version: i64) {
        let gauge = &self.metrics.subscriptions_version;
        eventually(SOON, "the index has the version", async || (gauge.get() == version).then_some(())).await;
    }

    pub(crate) async fn publish(&self, message: PublishRequest) -> Result<PublishResponse, Error> {
        let answer = self.client.clone().publish(request(message)).await;
        answer.map(tonic::Response::into_inner).map_err(|refusal| status::to_error(&refusal))
    }

    pub(crate) async fn explain(&self, event_id: &str) -> Result<ExplainResponse, Error> {
        let message = ExplainRequest { event_id: event_id.to_owned(), organization_id: 0 };
        let answer = self.client.clone().explain(request(message)).await;
        answer.map(tonic::Response::into_inner).map_err(|refusal| status::to_error(&refusal))
    }

    /// Waits until the event is marked as handed over.
    pub(crate) async fn marked(&self, event_id: &str) {
        eventually(SOON, "the event is marked", async || {
            self.explain(event_id).await.ok()?.handed_over.then_some(())
        })
        .await;
    }

    /// The sender's end of the bus.
    pub(crate) fn sender(&self) -> Consumer {
        self.bus.consume(Queue::WebhookSender, 100)
    }

    /// Ends everything as a crash does: nothing is finished.
    pub(crate) async fn crash(self) {
        self.stop.request_hard();
        let ended = || self.stop.running().is_empty().then_some(());
        eventually(SOON, "every task is gone", async || ended()).await;
        self.bus.close().await;
        self.db.close().await;
    }
}

/// Takes a message off the bus and acknowledges it.
pub(crate) async fn next_batch(sender: &mut Consumer) -> DeliveryBatch {
    let message = tokio::time::timeout(SOON, sender.next()).await.expect("a message comes").unwrap();
    let batch = DeliveryBatch::decode(message.body.clone()).unwrap();
    message.ack();
    batch
}

/// Takes messages until there were `count` deliveries.
pub(crate) async fn deliveries(sender: &mut Consumer, count: usize) -> Vec<Delivery> {
    let mut all = Vec::new();
    while all.len() < count {
        all.extend(next_batch(sender).await.deliveries);
    }
    assert_eq!(all.len(), count, "and not more");
    all
}

/// The ids of the deliveries' events.
pub(crate) fn event_ids(deliveries: &[Delivery]) -> BTreeSet<String> {
    deliveries.iter().map(|delivery| Uuid::from_slice(&delivery.event_id).unwrap().to_string()).collect()
}
