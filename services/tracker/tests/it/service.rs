use std::time::Duration;

use chrono::{DateTime, Utc};
use patchbay_bus::{Bus, BusConfig};
use patchbay_db::Db;
use patchbay_domain::{AppCaller, Caller, ManualClock, Membership, Role, Scope, ScopeSet, UserCaller};
use patchbay_proto::tracker::alerts_client::AlertsClient;
use patchbay_proto::tracker::audit_client::AuditClient;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{
    CreateIssueRequest, CreateOrganizationRequest, CreateProjectRequest, CreateUserRequest, GetIssueRequest,
    Issue, NewEvent, Organization, Project, RecordErrorRequest, RecordedEvent, SetMemberRequest, User,
};
use patchbay_rpc::{Channel, Server, request};
use patchbay_runtime::{Metrics, Runtime, Settings, Stop};
use patchbay_testkit::database::each_engine;
use patchbay_testkit::issue_changes::IssueChanges;
pub(crate) use patchbay_testkit::service::{SOON, reason, refusal};
use patchbay_testkit::service::{runtime, serve};
use patchbay_tracker::{Config, MIGRATIONS, start};
use serde_json::Value;

/// The running service and its clients.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) db: Db,
    pub(crate) bus: Bus,
    pub(crate) followed: IssueChanges,
    pub(crate) metrics: Metrics,
    pub(crate) clock: ManualClock,
    pub(crate) channel: Channel,
}

pub(crate) fn now() -> DateTime<Utc> {
    "2019-08-19T20:58:37.391Z".parse().unwrap()
}

/// Runs `test` against the service on a fresh database of each engine.
pub(crate) async fn each<F, R>(test: F)
where
    F: Fn(Service) -> R,
    R: Future<Output = ()>,
{
    each_with(&[], test).await;
}

/// Like [`each`], with additional settings.
pub(crate) async fn each_with<F, R>(settings: &[(&str, &str)], test: F)
where
    F: Fn(Service) -> R,
    R: Future<Output = ()>,
{
    each_engine(&MIGRATIONS, |db| {
        let test = &test;
        async move {
            let stop = Stop::new();
            let service = run(db, settings, &stop).await;
            let bus = service.bus.clone();
            test(service).await;
            // Otherwise the relay would wait for confirms that do not come.
            bus.close().await;
            stop.drain(Duration::from_secs(10)).await.unwrap();
        }
    })
    .await;
}

/// Starts the service as tasks of `stop`.
pub(crate) async fn run(db: Db, settings: &[(&str, &str)], stop: &Stop) -> Service {
    let usual = [("PUBLIC_URL", "https://patchbay.example")];
    let settings = Settings::from_pairs(usual.into_iter().chain(settings.iter().copied()));
    let config = Config::read(&settings);
    settings.finish().unwrap();

    let bus = Bus::in_process(&BusConfig::default());
    let followed = IssueChanges::follow(&bus);
    let (runtime, clock) = runtime(now());
    let runtime = Runtime { stop: stop.clone(), ..runtime };
    let metrics = runtime.metrics.clone();
    let server = start(Server::new().unwrap(), runtime, db.clone(), bus.clone(), config).await.unwrap();
    Service { db, bus, followed, metrics, clock, channel: serve(server, stop) }
}

impl Service {
    pub(crate) fn directory(&self) -> DirectoryClient<Channel> {
        DirectoryClient::new(self.channel.clone())
    }

    pub(crate) fn audit(&self) -> AuditClient<Channel> {
        AuditClient::new(self.channel.clone())
    }

    pub(crate) async fn person(&self, email: &str) -> User {
        let asked =
            CreateUserRequest { name: "Ada".to_owned(), email: email.to_owned(), ..Default::default() };
        self.directory().create_user(request(asked)).await.unwrap().into_inner()
    }

    /// A new user with this role in the organization, as a caller.
    pub(crate) async fn member(&self, organization: &str, email: &str, role: &str) -> (i64, Caller) {
        let user_id = self.person(email).await.id;
        let asked =
            SetMemberRequest { organization: organization.to_owned(), user_id, role: role.to_owned() };
        let user = self.directory().set_member(request(asked)).await.unwrap().into_inner();
        let memberships = user.memberships.iter().map(|membership| Membership {
            organization_id: membership.organization_id,
            organization_slug: membership.organization_slug.clone(),
            role: membership.role.parse().unwrap(),
        });
        let caller = UserCaller {
            user_id,
            name: user.name.clone(),
            email: user.email.clone(),
            is_superuser: false,
            is_staff: false,
            memberships: memberships.collect(),
            token_scopes: None,
        };
        (user_id, Caller::User(caller))
    }

    pub(crate) fn projects(&self) -> ProjectsClient<Channel> {
        ProjectsClient::new(self.channel.clone())
    }

    pub(crate) fn issues(&self) -> IssuesClient<Channel> {
        IssuesClient::new(self.channel.clone())
    }

    pub(crate) fn alerts(&self) -> AlertsClient<Channel> {
        AlertsClient::new(self.channel.clone())
    }

    /// A new user with this name and role in the organization.
    pub(crate) async fn worker(&self, organization: &str, name: &str, role: &str) -> User {
        let email = format!("{}@example.com", name.to_ascii_lowercase());
        let wanted = CreateUserRequest { name: name.to_owned(), email, ..Default::default() };
        let user = self.directory().create_user(request(wanted)).await.unwrap().into_inner();
        let member = SetMemberRequest {
            organization: organization.to_owned(),
            user_id: user.id,
            role: role.to_owned(),
        };
        self.directory().set_member(request(member)).await.unwrap().into_inner()
    }

    /// Records these errors in `front-end` of `acme`.
    pub(crate) async fn record(&self, events: &[Value]) -> Vec<RecordedEvent> {
        let asked = record(events);
        self.issues().record_error(request(asked)).await.unwrap().into_inner().events
    }

    /// The current document of an issue.
    pub(crate) async fn read(&self, id: i64) -> Value {
        let asked = GetIssueRequest { id, organization: String::new(), ..Default::default() };
        let issue = self.issues().get_issue(request(asked)).await.unwrap().into_inner();
        serde_json::from_slice(&issue.document_json).unwrap()
    }

    pub(crate) async fn organization(&self, name: &str) -> Organization {
        let asked = CreateOrganizationRequest { name: name.to_owned(), ..Default::default() };
        self.directory().create_organization(request(asked)).await.unwrap().into_inner()
    }

    pub(crate) async fn project(&self, organization: &str, name: &str) -> Project {
        let asked = CreateProjectRequest {
            organization: organization.to_owned(),
            name: name.to_owned(),
            platform: "javascript".to_owned(),
            ..Default::default()
        };
        self.projects().create_project(request(asked)).await.unwrap().into_inner()
    }

    pub(crate) async fn issue(&self, organization: &str, project: &str, title: &str) -> Issue {
        self.issues().create_issue(request(issue(organization, project, title))).await.unwrap().into_inner()
    }
}

pub(crate) fn record(events: &[Value]) -> RecordErrorRequest {
    let events = events.iter().map(|event| NewEvent { event_json: event.to_string().into() });
    RecordErrorRequest {
        organization: "acme".to_owned(),
        project: "front-end".to_owned(),
        events: events.collect(),
    }
}

/// This user as a caller.
pub(crate) fn caller(user: &User) -> Caller {
    let memberships = user.memberships.iter().map(|membership| Membership {
        organization_id: membership.organization_id,
        organization_slug: membership.organization_slug.clone(),
        role: membership.role.parse().unwrap(),
    });
    Caller::User(UserCaller {
        user_id: user.id,
        name: user.name.clone(),
        email: user.email.clone(),
        is_superuser: false,
        is_staff: false,
        memberships: memberships.collect(),
        token_scopes: None,
    })
}

pub(crate) fn issue(organization: &str, project: &str, title: &str) -> CreateIssueRequest {
    CreateIssueRequest {
        organization: organization.to_owned(),
        project: project.to_owned(),
        title: title.to_owned(),
        ..Default::default()
    }
}

pub(crate) fn user(organization: &Organization, role: Role) -> Caller {
    Caller::User(UserCaller {
        user_id: 1,
        name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        is_superuser: false,
        is_staff: false,
        memberships: vec![Membership {
            organization_id: organization.id,
            organization_slug: organization.slug.clone(),
            role,
        }],
        token_scopes: None,
    })
}

pub(crate) fn app(organization: &Organization, scopes: &[Scope]) -> Caller {
    Caller::App(AppCaller {
        app_id: 1,
        installation_id: Default::default(),
        organization_id: organization.id,
        scopes: ScopeSet::of(scopes),
    })
}
