use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use patchbay_bus::{Bus, BusConfig, Consumer, Queue, Topic};
use patchbay_db::{Db, DbConfig, Migrations};
use patchbay_domain::sealed::SealingKeys;
use patchbay_domain::{Caller, ManualClock, Role, SecretBytes};
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::auth_token::{IntrospectRequest, IntrospectResponse};
use patchbay_proto::event_fanout::PublishRequest;
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_proto::installation::app_tokens_client::AppTokensClient;
use patchbay_proto::installation::event_types_client::EventTypesClient;
use patchbay_proto::installation::installations_client::InstallationsClient;
use patchbay_proto::installation::publishing_client::PublishingClient;
use patchbay_proto::installation::{
    App, AppStatus, CreateAppRequest, Endpoint, InstallRequest, Installation, UpdateAppRequest,
    WatchEndpointsRequest,
};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::{
    AddMemberRequest, CreateOrganizationRequest, Features, Organization, UpdateOrganizationRequest,
};
use patchbay_rpc::{Channel, Server, request, request_as};
use patchbay_runtime::{Metrics, Runtime, Settings, Stop};
use patchbay_testkit::audit::AuditTrail;
use patchbay_testkit::database::each_config;
use patchbay_testkit::eventually;
pub(crate) use patchbay_testkit::service::{SOON, reason, refusal};
use patchbay_testkit::service::{memory, runtime, serve};
use prost::Message;
use tonic::{Response, Status};

use crate::callers::member;
use crate::smtp_server::SmtpServer;

/// The running service and the services it calls, all of them real.
pub(crate) struct Service {
    pub(crate) apps: AppRegistryClient<Channel>,
    pub(crate) installations: InstallationsClient<Channel>,
    pub(crate) app_tokens: AppTokensClient<Channel>,
    pub(crate) event_types: EventTypesClient<Channel>,
    pub(crate) tokens: TokensClient<Channel>,
    pub(crate) db: Db,
    pub(crate) bus: Bus,
    pub(crate) metrics: Metrics,
    pub(crate) clock: ManualClock,
    pub(crate) acme: Organization,
    pub(crate) other: Organization,
    pub(crate) publishing: PublishingClient<Channel>,
    pub(crate) audit: AuditTrail,
    pub(crate) mail: SmtpServer,
    pub(crate) stop: Stop,
    /// Stops the service without the services it calls.
    pub(crate) own_stop: Stop,
    runtime: Runtime,
    pub(crate) peers: Channel,
    pub(crate) channel: Channel,
}

/// The first encryption key.
pub(crate) const FIRST_KEY: &[u8] = b"0123456789abcdef";

fn first_keys() -> SealingKeys {
    SealingKeys::new(&SecretBytes::new(FIRST_KEY), &[]).unwrap()
}

pub(crate) fn now() -> DateTime<Utc> {
    "2019-08-19T20:58:37.391Z".parse().unwrap()
}

/// Runs `test` against fresh databases of each engine.
pub(crate) async fn each<F, R>(test: F)
where
    F: Fn(Service) -> R,
    R: Future<Output = ()>,
{
    each_config(|config| {
        let test = &test;
        async move {
            let stop = Stop::new();
            let mut databases = Vec::new();
            let service = start(&config, &stop, &mut databases).await;
            let (bus, own_stop) = (service.bus.clone(), service.own_stop.clone());
            test(service).await;
            // Otherwise the relay would wait for confirms that do not come.
            bus.close().await;
            let was_killed = own_stop.hard_requested().now_or_never().is_some();
            if !was_killed {
                own_stop.drain(Duration::from_secs(10)).await.unwrap();
            }
            stop.drain(Duration::from_secs(10)).await.unwrap();
            for db in databases {
                db.close().await;
            }
        }
    })
    .await;
}

async fn start(config: &DbConfig, stop: &Stop, databases: &mut Vec<Db>) -> Service {
    let (runtime, clock) = runtime(now());
    let bus = Bus::in_process(&BusConfig::default());
    // Metrics of the peers stay out of those that the tests read.
    let for_peer = || Runtime { stop: stop.clone(), ..Runtime::new(runtime.clock.clone()) };
    let mut open = async |name, migrations: &'static Migrations| {
        let db =
            Db::connect(&DbConfig { max_connections: 4, ..config.clone() }, name, migrations).await.unwrap();
        db.migrate().await.unwrap();
        databases.push(db.clone());
        db
    };

    let server = patchbay_tracker::start(
        Server::new().unwrap(),
        for_peer(),
        open(patchbay_tracker::NAME, &patchbay_tracker::MIGRATIONS).await,
        Bus::in_process(&BusConfig::default()),
        patchbay_tracker::Config::read(&settings()),
    )
    .await
    .unwrap();
    let peers = serve(
        patchbay_auth_token::start(
            server,
            for_peer(),
            open(patchbay_auth_token::NAME, &patchbay_auth_token::MIGRATIONS).await,
            patchbay_auth_token::Config::read(&settings()),
        )
        .await
        .unwrap(),
        stop,
    );

    let db = open(patchbay_installation::NAME, &patchbay_installation::MIGRATIONS).await;
    let audit = AuditTrail::follow(&bus);
    let mail = SmtpServer::start().await;
    let replica = Replica { db: &db, bus: &bus, runtime: runtime.clone(), settings: &mailing_to(&mail) };
    let channel = replica.start(peers.clone(), peers.clone(), first_keys()).await.unwrap();
    Service {
        apps: AppRegistryClient::new(channel.clone()),
        installations: InstallationsClient::new(channel.clone()),
        app_tokens: AppTokensClient::new(channel.clone()),
        event_types: EventTypesClient::new(channel.clone()),
        publishing: PublishingClient::new(channel.clone()),
        channel,
        audit,
        mail,
        own_stop: runtime.stop.clone(),
        tokens: TokensClient::new(peers.clone()),
        acme: organization(&peers, "Acme").await,
        other: organization(&peers, "Other Corp").await,
        db,
        bus,
        metrics: runtime.metrics.clone(),
        clock,
        stop: stop.clone(),
        runtime,
        peers,
    }
}

/// A replica of the service.
struct Replica<'a> {
    db: &'a Db,
    bus: &'a Bus,
    runtime: Runtime,
    settings: &'a Settings,
}

impl Replica<'_> {
    async fn start(
        &self,
        tokens: Channel,
        directory: Channel,
        sealing: SealingKeys,
    ) -> anyhow::Result<Channel> {
        Ok(serve(
            patchbay_installation::start(
                Server::new().unwrap(),
                self.runtime.clone(),
                self.db.clone(),
                self.bus.clone(),
                patchbay_installation::Peers { auth_token: tokens, tracker: directory },
                sealing,
                patchbay_installation::Config::read(self.settings),
            )
            .await?,
            &self.runtime.stop,
        ))
    }
}

fn settings() -> Settings {
    Settings::from_pairs([
        ("AUTH_TOKEN_KEY", "a key of the tests"),
        ("PUBLIC_URL", "https://patchbay.example"),
    ])
}

fn mailing_to(server: &SmtpServer) -> Settings {
    let address = server.address();
    Settings::from_pairs([
        ("PUBLIC_URL", "https://patchbay.example".to_owned()),
        ("MAIL_TRANSPORT", "smtp".to_owned()),
        ("MAIL_SENDER", "Patchbay <patchbay@patchbay.example>".to_owned()),
        ("MAIL_REVIEWERS", "reviews@patchbay.example".to_owned()),
        ("SMTP_HOST", address.ip().to_string()),
        ("SMTP_PORT", address.port().to_string()),
        ("SMTP_TLS", "none".to_owned()),
    ])
}

async fn organization(peers: &Channel, name: &str) -> Organization {
    let message = CreateOrganizationRequest { name: name.to_owned(), ..Default::default() };
    DirectoryClient::new(peers.clone()).create_organization(request(message)).await.unwrap().into_inner()
}

impl Service {
    /// Another replica of the service on the same database; its changes are not announced to this one.
    pub(crate) async fn replica(&self) -> Channel {
        self.replica_with(self.peers.clone()).await
    }

    /// A replica that cannot reach the token service.
    pub(crate) async fn replica_without_tokens(&self) -> Channel {
        let (_, _, channel) = memory();
        self.replica_with(channel).await
    }

    async fn replica_with(&self, tokens: Channel) -> Channel {
        self.start_replica(tokens, first_keys(), &mailing_to(&self.mail)).await.unwrap()
    }

    /// A replica that encrypts with these keys, if it starts with them.
    pub(crate) async fn replica_with_keys(&self, sealing: SealingKeys) -> anyhow::Result<Channel> {
        self.start_replica(self.peers.clone(), sealing, &mailing_to(&self.mail)).await
    }

    /// Replaces the service by a replica with these settings.
    pub(crate) async fn restarted_with(&self, settings: &[(&str, String)]) -> anyhow::Result<Channel> {
        self.own_stop.drain(SOON).await.unwrap();
        let settings = settings.iter().map(|(name, value)| (*name, value.clone()));
        let public_url = ("PUBLIC_URL", "https://patchbay.example".to_owned());
        let settings = Settings::from_pairs(settings.chain([public_url]));
        let channel = self.start_replica(self.peers.clone(), first_keys(), &settings).await;
        settings.finish().unwrap();
        channel
    }

    async fn start_replica(
        &self,
        tokens: Channel,
        sealing: SealingKeys,
        settings: &Settings,
    ) -> anyhow::Result<Channel> {
        let runtime = Runtime { stop: self.stop.clone(), ..self.runtime.clone() };
        let replica = Replica { db: &self.db, bus: &self.bus, runtime, settings };
        replica.start(tokens, self.peers.clone(), sealing).await
    }

    /// A manager of Acme.
    pub(crate) fn manager(&self) -> Caller {
        member(&self.acme, Role::Manager)
    }

    /// A manager of the other organization.
    pub(crate) fn outsider(&self) -> Caller {
        member(&self.other, Role::Manager)
    }

    /// Registers an app of Acme.
    pub(crate) async fn app(&self, message: CreateAppRequest) -> App {
        let answer = self.apps.clone().create_app(request_as(&self.manager(), message)).await;
        answer.unwrap().into_inner().app.unwrap()
    }

    /// Registers and publishes `Webhooks Galore`.
    pub(crate) async fn published_app(&self) -> App {
        let app = self.app(public("Webhooks Galore")).await;
        self.set_status(&app, AppStatus::Published).await
    }

    pub(crate) async fn set_status(&self, app: &App, status: AppStatus) -> App {
        let message = UpdateAppRequest { status: Some(status.into()), ..update(app) };
        self.apps.clone().update_app(request_as(&Caller::Operator, message)).await.unwrap().into_inner()
    }

    /// Installs the app on the caller's organization.
    pub(crate) async fn install(
        &self,
        caller: &Caller,
        app: &App,
        on: &Organization,
    ) -> Result<Response<Installation>, Status> {
        self.installations.clone().install(request_as(caller, install(app, on))).await
    }

    /// Installs the app on the other organization, by its manager.
    pub(crate) async fn installed(&self, app: &App) -> Installation {
        self.install(&self.outsider(), app, &self.other).await.unwrap().into_inner()
    }

    pub(crate) async fn organization(&self, name: String) -> Organization {
        organization(&self.peers, &name).await
    }

    /// Adds an owner to Acme, who receives its mail.
    pub(crate) async fn owner(&self, email: &str) {
        let message = AddMemberRequest {
            organization: "acme".to_owned(),
            email: email.to_owned(),
            role: "owner".to_owned(),
            ..Default::default()
        };
        DirectoryClient::new(self.peers.clone()).add_member(request(message)).await.unwrap();
    }

    /// Waits until the audit log ends with these events.
    pub(crate) async fn audited(&self, events: &[&str]) {
        // The outbox relays in order, so the events before an entry have to be consumed.
        let mut events_in_front = self.bus.consume(Queue::EventFanout, 10);
        tokio::spawn(async move {
            while let Some(delivery) = events_in_front.next().await {
                delivery.ack();
            }
        });
        let what = format!("the audit log ends with {events:?}");
        eventually(SOON, &what, async || {
            let entries = self.audit.entries();
            let recorded: Vec<_> = entries.iter().map(|entry| entry.event.as_str()).collect();
            recorded.ends_with(events).then_some(())
        })
        .await;
    }

    /// The current endpoint of the app.
    pub(crate) async fn endpoint(&self, app: &App) -> Endpoint {
        let mut stream =
            self.apps.clone().watch_endpoints(request(WatchEndpointsRequest {})).await.unwrap().into_inner();
        let snapshot = stream.message().await.unwrap().unwrap();
        snapshot.endpoints.into_iter().find(|endpoint| endpoint.app_id == app.id).unwrap()
    }

    /// Replaces the features of Acme.
    pub(crate) async fn set_features(&self, names: &[&str]) {
        let features = Features { names: names.iter().map(|&name| name.to_owned()).collect() };
        let organization = self.acme.slug.clone();
        let message =
            UpdateOrganizationRequest { organization, features: Some(features), ..Default::default() };
        DirectoryClient::new(self.peers.clone()).update_organization(request(message)).await.unwrap();
    }

    pub(crate) async fn introspect(&self, token: &str) -> IntrospectResponse {
        let message = IntrospectRequest { token: token.to_owned() };
        self.tokens.clone().introspect(request(message)).await.unwrap().into_inner()
    }

    /// Events stay in the outbox until a test consumes them. Audit log entries are consumed.
    pub(crate) async fn assert_no_event_waits(&self) {
        let waiting = self.db.outbox_batch(100).await.unwrap();
        let events: Vec<_> = waiting.iter().filter(|row| row.topic == Topic::Events.name()).collect();
        assert!(events.is_empty(), "{events:?}");
    }

    /// The published events, in order. Use one consumer for the whole test.
    pub(crate) fn events(&self) -> Events {
        Events(self.bus.consume(Queue::EventFanout, 10))
    }
}

pub(crate) struct Events(Consumer);

impl Events {
    pub(crate) async fn next(&mut self) -> PublishRequest {
        let next = tokio::time::timeout(SOON, self.0.next()).await;
        let delivery = next.expect("an event is published").expect("the bus is open");
        let event = PublishRequest::decode(delivery.body.clone()).unwrap();
        assert_eq!(delivery.key, format!("{}.{}", event.resource, event.action));
        delivery.ack();
        event
    }
}

/// A complete request for a public app of Acme that verifies its installations.
pub(crate) fn public(name: &str) -> CreateAppRequest {
    CreateAppRequest {
        organization: "acme".to_owned(),
        name: Some(name.to_owned()),
        author: Some("ACME Inc".to_owned()),
        has_scopes: true,
        scopes: vec!["event:read".to_owned(), "org:read".to_owned()],
        events: vec!["issue".to_owned()],
        webhook_url: Some("https://example.com/hook".to_owned()),
        verify_install: true,
        ..Default::default()
    }
}

/// A minimal request for an internal app of Acme.
pub(crate) fn internal(name: &str) -> CreateAppRequest {
    CreateAppRequest {
        organization: "acme".to_owned(),
        name: Some(name.to_owned()),
        has_scopes: true,
        scopes: vec!["org:write".to_owned()],
        is_internal: true,
        ..Default::default()
    }
}

pub(crate) fn install(app: &App, on: &Organization) -> InstallRequest {
    InstallRequest { organization: on.slug.clone(), app_slug: app.slug.clone() }
}

/// An empty change of this app.
pub(crate) fn update(app: &App) -> UpdateAppRequest {
    UpdateAppRequest { app: app.slug.clone(), ..Default::default() }
}
