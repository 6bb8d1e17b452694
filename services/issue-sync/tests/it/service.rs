use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use patchbay_bus::{Bus, BusConfig, Message, Queue, Topic};
use patchbay_db::{Db, DbConfig, Migrations};
use patchbay_domain::sealed::SealingKeys;
use patchbay_domain::{Caller, ManualClock, Membership, Role, SecretBytes, UserCaller};
use patchbay_proto::installation::mail_server::{Mail, MailServer};
use patchbay_proto::installation::{PostBrokenIntegrationRequest, PostBrokenIntegrationResponse};
use patchbay_proto::issue_sync::advance_response::Outcome;
use patchbay_proto::issue_sync::external_actors_client::ExternalActorsClient;
use patchbay_proto::issue_sync::inbound_client::InboundClient;
use patchbay_proto::issue_sync::integrations_client::IntegrationsClient;
use patchbay_proto::issue_sync::links_client::LinksClient;
use patchbay_proto::issue_sync::setup_client::SetupClient;
use patchbay_proto::issue_sync::{
    AdvanceRequest, AdvanceResponse, Header, InitializeRequest, Integration, LinkIssueRequest, LinkedTicket,
    ReceiveRequest, ReceiveResponse, UpdateIntegrationRequest,
};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{
    AddMemberRequest, CreateIssueRequest, CreateOrganizationRequest, CreateProjectRequest, GetIssueRequest,
    Issue, IssueIds, Organization, UpdateIssuesRequest, update_issues_request,
};
use patchbay_provider::Provider;
use patchbay_rpc::{Channel, Server, request, request_as};
use patchbay_runtime::{Runtime, Settings, Stop};
use patchbay_testkit::audit::AuditTrail;
use patchbay_testkit::database::each_config;
pub(crate) use patchbay_testkit::service::{SOON, reason, refusal};
use patchbay_testkit::service::{runtime, serve};
use patchbay_testkit::slate::Slate;
use serde_json::{Value, json};
use tonic::{Response, Status};

/// The running service beside a real tracker service.
pub(crate) struct Service {
    pub(crate) integrations: IntegrationsClient<Channel>,
    pub(crate) setup: SetupClient<Channel>,
    pub(crate) links: LinksClient<Channel>,
    pub(crate) actors: ExternalActorsClient<Channel>,
    pub(crate) inbound: InboundClient<Channel>,
    pub(crate) directory: DirectoryClient<Channel>,
    pub(crate) issues: IssuesClient<Channel>,
    projects: ProjectsClient<Channel>,
    pub(crate) slate: Slate,
    pub(crate) db: Db,
    tracker_db: Db,
    pub(crate) clock: ManualClock,
    pub(crate) acme: Organization,
    pub(crate) other: Organization,
    pub(crate) audit: AuditTrail,
    pub(crate) bus: Bus,
    runtime: Runtime,
    tracker: Channel,
    pub(crate) mailbox: Mailbox,
}

/// Keeps the mails about broken integrations.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mailbox(Arc<Mutex<Vec<PostBrokenIntegrationRequest>>>);

impl Mailbox {
    pub(crate) fn mails(&self) -> Vec<PostBrokenIntegrationRequest> {
        self.0.lock().unwrap().clone()
    }
}

#[tonic::async_trait]
impl Mail for Mailbox {
    async fn post_broken_integration(
        &self,
        request: tonic::Request<PostBrokenIntegrationRequest>,
    ) -> Result<Response<PostBrokenIntegrationResponse>, Status> {
        self.0.lock().unwrap().push(request.into_inner());
        Ok(Response::new(PostBrokenIntegrationResponse {}))
    }
}

pub(crate) const FIRST_KEY: &[u8] = b"0123456789abcdef";

pub(crate) fn now() -> DateTime<Utc> {
    "2026-10-02T09:30:15Z".parse().unwrap()
}

/// Runs `test` against fresh databases of each engine.
pub(crate) async fn each<F, R>(test: F)
where
    F: Fn(Arc<Service>) -> R,
    R: Future<Output = ()>,
{
    each_config(|config| {
        let test = &test;
        async move {
            let stop = Stop::new();
            let mut databases = Vec::new();
            let service = Arc::new(start(&config, &stop, &mut databases).await);
            let (bus, own_stop) = (service.bus.clone(), service.runtime.stop.clone());
            test(service).await;
            // Otherwise the relay would wait for confirms that do not come.
            bus.close().await;
            own_stop.drain(Duration::from_secs(10)).await.unwrap();
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
    let mut open = async |name, migrations: &'static Migrations| {
        let config = DbConfig { max_connections: 4, ..config.clone() };
        let db = Db::connect(&config, name, migrations).await.unwrap();
        db.migrate().await.unwrap();
        databases.push(db.clone());
        db
    };
    let tracker_bus = Bus::in_process(&BusConfig::default());
    let for_tracker = Runtime { stop: stop.clone(), ..Runtime::new(runtime.clock.clone()) };
    let tracker_db = open(patchbay_tracker::NAME, &patchbay_tracker::MIGRATIONS).await;
    let tracker = patchbay_tracker::start(
        Server::new().unwrap(),
        for_tracker,
        tracker_db.clone(),
        tracker_bus.clone(),
        patchbay_tracker::Config::read(&settings()),
    );
    let tracker = serve(tracker.await.unwrap(), stop);
    let db = open(patchbay_issue_sync::NAME, &patchbay_issue_sync::MIGRATIONS).await;
    let bus = Bus::in_process(&BusConfig::default());
    stop.spawn("changes of issues", hand_on(tracker_bus, bus.clone(), stop.clone()));
    let audit = AuditTrail::follow(&bus);
    let slate = Slate::new();
    let keys = SealingKeys::new(&SecretBytes::new(FIRST_KEY), &[]).unwrap();
    let mailbox = Mailbox::default();
    let replica = Replica {
        db: &db,
        bus: &bus,
        runtime: &runtime,
        tracker: &tracker,
        slate: &slate,
        mailbox: &mailbox,
    };
    let channel = replica.start(keys).await.unwrap();
    Service {
        integrations: IntegrationsClient::new(channel.clone()),
        setup: SetupClient::new(channel.clone()),
        links: LinksClient::new(channel.clone()),
        actors: ExternalActorsClient::new(channel.clone()),
        inbound: InboundClient::new(channel),
        directory: DirectoryClient::new(tracker.clone()),
        issues: IssuesClient::new(tracker.clone()),
        projects: ProjectsClient::new(tracker.clone()),
        slate,
        acme: organization(&tracker, "Acme").await,
        other: organization(&tracker, "Other").await,
        db,
        tracker_db,
        clock,
        audit,
        bus,
        runtime,
        tracker,
        mailbox,
    }
}

/// Hands changes of issues on. On one bus the tracker would take the audit entries that the tests look at.
async fn hand_on(from: Bus, to: Bus, stop: Stop) {
    let mut consumer = from.consume(Queue::IssueSync, 64);
    let mut events = from.consume(Queue::EventFanout, 64);
    loop {
        let delivery = tokio::select! {
            Some(delivery) = consumer.next() => delivery,
            // In one process a message is confirmed when its consumer acknowledges it.
            Some(event) = events.next() => {
                event.ack();
                continue;
            }
            () = stop.requested() => return,
        };
        let message = Message::new(&delivery.key, delivery.body.clone());
        to.publish(Topic::IssueChanges, message).await.unwrap().await.unwrap();
        delivery.ack();
    }
}

struct Replica<'a> {
    db: &'a Db,
    bus: &'a Bus,
    runtime: &'a Runtime,
    tracker: &'a Channel,
    slate: &'a Slate,
    mailbox: &'a Mailbox,
}

impl Replica<'_> {
    async fn start(&self, keys: SealingKeys) -> anyhow::Result<Channel> {
        let provider: Arc<dyn Provider> = Arc::new(self.slate.clone());
        let mail = Server::new().unwrap().add_service(MailServer::new(self.mailbox.clone()));
        let mail = serve(mail, &self.runtime.stop);
        let server = patchbay_issue_sync::start(
            Server::new().unwrap(),
            self.runtime.clone(),
            self.db.clone(),
            self.bus.clone(),
            patchbay_issue_sync::Peers { tracker: self.tracker.clone(), installation: mail },
            keys,
            vec![provider],
            patchbay_issue_sync::Config::read(&settings()),
        );
        Ok(serve(server.await?, &self.runtime.stop))
    }
}

fn settings() -> Settings {
    Settings::from_pairs([("PUBLIC_URL", "https://patchbay.example")])
}

async fn organization(tracker: &Channel, name: &str) -> Organization {
    let message = CreateOrganizationRequest { name: name.to_owned(), ..Default::default() };
    DirectoryClient::new(tracker.clone()).create_organization(request(message)).await.unwrap().into_inner()
}

pub(crate) fn user(id: i64, organization: &Organization, role: Role) -> Caller {
    let membership =
        Membership { organization_id: organization.id, organization_slug: organization.slug.clone(), role };
    Caller::User(UserCaller {
        user_id: id,
        name: format!("User {id}"),
        email: format!("user{id}@example.org"),
        is_superuser: false,
        is_staff: false,
        memberships: vec![membership],
        token_scopes: None,
    })
}

impl Service {
    pub(crate) fn manager(&self) -> Caller {
        user(900, &self.acme, Role::Manager)
    }

    pub(crate) fn member(&self) -> Caller {
        user(901, &self.acme, Role::Member)
    }

    /// Another replica with these keys, the current one first.
    pub(crate) async fn replica(&self, current: &[u8], older: &[&[u8]]) -> anyhow::Result<Channel> {
        let older: Vec<SecretBytes> = older.iter().map(|key| SecretBytes::new(*key)).collect();
        let keys = SealingKeys::new(&SecretBytes::new(current), &older).unwrap();
        let Self { db, bus, runtime, tracker, slate, mailbox, .. } = self;
        Replica { db, bus, runtime, tracker, slate, mailbox }.start(keys).await
    }

    pub(crate) async fn initialize(&self, caller: &Caller, organization: &Organization) {
        let message = InitializeRequest {
            organization: organization.slug.clone(),
            provider: "slate".to_owned(),
            ..Default::default()
        };
        self.setup.clone().initialize(request_as(caller, message)).await.unwrap();
    }

    pub(crate) async fn advance(
        &self,
        caller: &Caller,
        fields: Value,
    ) -> Result<Response<AdvanceResponse>, Status> {
        let message = AdvanceRequest { fields_json: fields.to_string().into_bytes(), ..Default::default() };
        self.setup.clone().advance(request_as(caller, message)).await
    }

    /// Sets an integration up.
    pub(crate) async fn installed_in(&self, caller: &Caller, organization: &Organization) -> Integration {
        self.installed_at("slate.test", caller, organization).await
    }

    /// Sets an integration with this host up.
    pub(crate) async fn installed_at(
        &self,
        host: &str,
        caller: &Caller,
        organization: &Organization,
    ) -> Integration {
        self.initialize(caller, organization).await;
        self.advance(caller, json!({"host": host, "secret": "hush-hush"})).await.unwrap();
        let answer = self.advance(caller, json!({"answer": "yes"})).await.unwrap().into_inner();
        let Some(Outcome::Integration(integration)) = answer.outcome else { panic!("it is complete") };
        integration
    }

    pub(crate) async fn installed(&self) -> Integration {
        self.installed_in(&self.manager(), &self.acme).await
    }

    pub(crate) async fn member_with_address(&self, email: &str) -> i64 {
        let message = AddMemberRequest {
            organization: self.acme.slug.clone(),
            email: email.to_owned(),
            name: "Wren Ford".to_owned(),
            role: "member".to_owned(),
        };
        let member = self.directory.clone().add_member(request(message)).await.unwrap().into_inner();
        member.user.unwrap().id
    }

    /// An issue in a project with this slug.
    pub(crate) async fn issue(&self, project: &str) -> Issue {
        let message = CreateProjectRequest {
            organization: self.acme.slug.clone(),
            name: project.to_owned(),
            ..Default::default()
        };
        // The project of an earlier issue serves as well.
        let _ = self.projects.clone().create_project(request(message)).await;
        let message = CreateIssueRequest {
            organization: self.acme.slug.clone(),
            project: project.to_owned(),
            title: "ReferenceError: heck is not defined".to_owned(),
            ..Default::default()
        };
        self.issues.clone().create_issue(request(message)).await.unwrap().into_inner()
    }

    /// Messages of the tracker that this service has not consumed.
    pub(crate) async fn unpublished(&self) -> i64 {
        self.tracker_db.query("select count(*) from outbox").fetch_scalar().await.unwrap()
    }

    /// Changes settings of an integration.
    pub(crate) async fn set(&self, integration: &Integration, settings: Value) {
        let message = UpdateIntegrationRequest {
            organization: self.acme.slug.clone(),
            id: integration.id,
            settings_json: settings.to_string().into_bytes(),
        };
        self.integrations.clone().update_integration(request_as(&self.manager(), message)).await.unwrap();
    }

    /// Changes an issue, as a person does.
    pub(crate) async fn change(&self, issue: &Issue, assigned_to: Option<&str>, status: Option<&str>) {
        let ids = IssueIds { ids: vec![issue.id], ..Default::default() };
        let message = UpdateIssuesRequest {
            issues: Some(update_issues_request::Issues::Ids(ids)),
            assigned_to: assigned_to.map(str::to_owned),
            status: status.map(str::to_owned),
            ..Default::default()
        };
        self.issues.clone().update_issues(request(message)).await.unwrap();
    }

    /// The issue as the REST API shows it.
    pub(crate) async fn document(&self, issue: &Issue) -> Value {
        let message = GetIssueRequest { id: issue.id, ..Default::default() };
        let issue = self.issues.clone().get_issue(request(message)).await.unwrap().into_inner();
        serde_json::from_slice(&issue.document_json).unwrap()
    }

    pub(crate) async fn link(
        &self,
        caller: &Caller,
        issue: &Issue,
        integration: &Integration,
        fields: Value,
    ) -> Result<Response<LinkedTicket>, Status> {
        let message = LinkIssueRequest {
            issue_id: issue.id,
            integration: integration.id.to_string(),
            fields_json: fields.to_string().into_bytes(),
            ..Default::default()
        };
        self.links.clone().link_issue(request_as(caller, message)).await
    }

    /// A webhook of the tracker.
    pub(crate) async fn webhook(&self, secret: &str, delivery: &str, event: Value) -> ReceiveResponse {
        self.webhook_of("slate.test", secret, delivery, event).await
    }

    /// A webhook of the tracker at this host.
    pub(crate) async fn webhook_of(
        &self,
        host: &str,
        secret: &str,
        delivery: &str,
        event: Value,
    ) -> ReceiveResponse {
        let header = |name: &str, value: &str| Header { name: name.to_owned(), value: value.to_owned() };
        let message = ReceiveRequest {
            provider: "slate".to_owned(),
            path: format!("webhook/{host}"),
            method: "POST".to_owned(),
            headers: vec![header("x-slate-secret", secret), header("x-slate-delivery", delivery)],
            body: event.to_string().into_bytes(),
        };
        let gateway = Caller::Service("gateway".to_owned());
        self.inbound.clone().receive(request_as(&gateway, message)).await.unwrap().into_inner()
    }
}
