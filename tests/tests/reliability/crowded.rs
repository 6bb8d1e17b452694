//! Events of which the deliveries exceed the memory for them, and events that cannot be delivered: neither stops the others.

use std::time::Duration;

use patchbay_bus::{Bus, BusConfig, Message, Topic};
use patchbay_domain::ids::delivery_id;
use patchbay_proto::event_fanout::events_client::EventsClient;
use patchbay_proto::event_fanout::{ExplainRequest, Outcome, PublishBatchRequest, PublishRequest};
use patchbay_proto::webhook_sender::webhooks_client::WebhooksClient;
use patchbay_proto::webhook_sender::{
    Delivery, DeliveryBatch, DeliveryState, DeliveryStatus, ListDeliveriesRequest,
};
use patchbay_rpc::{request, status};
use patchbay_testkit::eventually;
use patchbay_tests::endpoint::{Conduct, Endpoint};
use patchbay_tests::scenario::Organization;
use patchbay_tests::scene::Access;
use patchbay_tests::servers::{Embedded, Servers};
use prost::Message as _;
use uuid::Uuid;

use crate::no_process_ended;

const DEADLINE: Duration = Duration::from_secs(60);
const LITTLE: [(&str, &str); 1] = [("FANOUT_DELIVERY_MEMORY", "4MiB")];

/// An organization and the endpoint of all its apps.
struct Tenant {
    organization: Organization,
    endpoint: Endpoint,
    /// Number and installation of the last app.
    app: (i64, Uuid),
}

impl Tenant {
    async fn with_apps(access: &Access, name: &str, apps: usize) -> Self {
        let organization = access.services.organization(name).await.unwrap();
        let endpoint = Endpoint::start(|_| Conduct::Take).await.unwrap();
        let mut last = (0, Uuid::nil());
        for number in 0..apps {
            let app = format!("{name} {number}");
            let app = access.services.app(&organization, &app, &endpoint.url()).await.unwrap();
            let installation = access.services.install(&organization, &app).await.unwrap();
            last = (app.id, installation.parse().unwrap());
        }
        eventually(DEADLINE, "every app receives its installation webhook", async || {
            (endpoint.greetings() >= apps as u64).then_some(())
        })
        .await;
        Self { organization, endpoint, app: last }
    }

    fn event(&self, bytes: usize) -> PublishRequest {
        PublishRequest {
            organization_id: self.organization.id,
            resource: "error".into(),
            action: "created".into(),
            data_json: format!(r#"{{"error":{{"title":"{}"}}}}"#, "x".repeat(bytes)).into(),
            ..Default::default()
        }
    }

    async fn has_taken(&self, webhooks: usize) {
        eventually(DEADLINE, "all webhooks are taken", async || {
            (self.endpoint.taken().len() == webhooks).then_some(())
        })
        .await;
    }
}

async fn everybody_gets_an_event_that_exceeds_the_memory(access: &Access, apps: usize) {
    let crowded = Tenant::with_apps(access, "crowded", apps).await;
    let calm = Tenant::with_apps(access, "calm", 1).await;
    let mut events = EventsClient::new(access.events.clone());
    let large = events.publish(request(crowded.event(900_000))).await.unwrap().into_inner();
    events.publish(request(calm.event(10))).await.unwrap();
    calm.has_taken(1).await;
    crowded.has_taken(apps).await;
    eventually(DEADLINE, "it is explained as delivered", async || {
        let asked = ExplainRequest { event_id: large.event_id.clone(), organization_id: 0 };
        let explained = events.explain(request(asked)).await.unwrap().into_inner();
        let delivered = explained.decisions.iter().filter(|one| one.outcome() == Outcome::Delivered).count();
        (explained.handed_over && delivered == apps).then_some(())
    })
    .await;
}

/// One event of a batch has a key that no database takes as text: the batch is refused, and what comes then arrives.
async fn an_unfit_event_is_refused_and_stops_nobody(access: &Access) {
    let (unfit, other) =
        (Tenant::with_apps(access, "unfit", 2).await, Tenant::with_apps(access, "other", 1).await);
    let mut events = EventsClient::new(access.events.clone());
    let mut batch = vec![unfit.event(10); 10];
    batch[3].ordering_key = "a\0b".into();
    let refusal = events.publish_batch(request(PublishBatchRequest { events: batch })).await.unwrap_err();
    assert_eq!(refusal.code(), tonic::Code::InvalidArgument);
    let error = status::to_error(&refusal);
    assert_eq!(error.fields[0].field, "events[3].ordering_key");
    let odd = PublishRequest {
        ordering_key: "ключ 🔑 \u{202e}\u{fffd}".into(),
        idempotency_key: "\u{feff}é".into(),
        data_json: r#"{"\u0000":"\u0000 \ud83d\ude00"}"#.into(),
        ..unfit.event(0)
    };
    events.publish(request(odd)).await.unwrap();
    events.publish(request(other.event(10))).await.unwrap();
    other.has_taken(1).await;
    unfit.has_taken(2).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and RabbitMQ; run by cargo xtask test"]
async fn events_too_large_or_unfit_stop_no_others_in_a_deployment() {
    let servers = Servers::start().unwrap();
    let backends = servers.backends();
    let mut deployment = servers.deployment_by(backends.clone(), &LITTLE).await.unwrap();
    let access = deployment.access().await.unwrap();
    everybody_gets_an_event_that_exceeds_the_memory(&access, 6).await;
    an_unfit_event_is_refused_and_stops_nobody(&access).await;

    let config = BusConfig { url: backends.amqp, prefix: backends.bus_prefix, ..BusConfig::default() };
    let bus = Bus::rabbitmq(&config).unwrap();
    let (unfit, other) =
        (Tenant::with_apps(&access, "by bus", 1).await, Tenant::with_apps(&access, "neighbour", 1).await);
    refused_on_the_exchange(&bus, &unfit, &other).await;
    let webhooks = WebhooksClient::new(deployment.channel("webhook-sender"));
    set_aside_alone(&bus, &webhooks, &unfit, &other).await;
    bus.close().await;
    no_process_ended(&mut deployment);
}

async fn refused_on_the_exchange(bus: &Bus, unfit: &Tenant, other: &Tenant) {
    let unfit = PublishRequest { ordering_key: "a\0b".into(), ..unfit.event(10) };
    let messages = [unfit, other.event(10)].map(|event| Message::new("error.created", event.encode_to_vec()));
    bus.publish_all(Topic::Events, messages).await.unwrap();
    other.has_taken(1).await;
}

/// A message that mixes both, as one that an older event-fanout left in the queue.
async fn set_aside_alone(
    bus: &Bus,
    webhooks: &WebhooksClient<patchbay_rpc::Channel>,
    unfit: &Tenant,
    other: &Tenant,
) {
    let delivery = |tenant: &Tenant| {
        let (event, (app_id, installation)) = (Uuid::now_v7(), tenant.app);
        Delivery {
            delivery_id: bytes::Bytes::copy_from_slice(delivery_id(event, installation).as_bytes()),
            event_id: bytes::Bytes::copy_from_slice(event.as_bytes()),
            installation_id: bytes::Bytes::copy_from_slice(installation.as_bytes()),
            app_id,
            organization_id: tenant.organization.id,
            resource: "error".into(),
            action: "created".into(),
            body: bytes::Bytes::from_static(b"{}"),
            accepted_at_micros: 1_700_000_000_000_000,
            ..Default::default()
        }
    };
    let bad = Delivery { ordering_key: "a\0b".into(), ..delivery(unfit) };
    let batch =
        DeliveryBatch { deliveries: vec![delivery(other), bad.clone(), delivery(other)], replay: false };
    bus.publish_all(Topic::Deliveries, [Message::new("deliveries", batch.encode_to_vec())]).await.unwrap();
    other.has_taken(3).await;
    let state: DeliveryState = eventually(DEADLINE, "the unfit one is on record", async || {
        let event_id = Uuid::from_slice(&bad.event_id).unwrap().to_string();
        let listed = webhooks.clone().list_deliveries(request(ListDeliveriesRequest { event_id })).await;
        listed.unwrap().into_inner().deliveries.pop()
    })
    .await;
    assert_eq!((state.status(), state.reason.as_str()), (DeliveryStatus::Dead, "malformed_ordering_key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_too_large_or_unfit_stop_no_others_in_the_all_in_one_process() {
    let patchbay = Embedded::start(&[]).await.unwrap();
    let access = patchbay.access().await.unwrap();
    everybody_gets_an_event_that_exceeds_the_memory(&access, 80).await;
    an_unfit_event_is_refused_and_stops_nobody(&access).await;
}
