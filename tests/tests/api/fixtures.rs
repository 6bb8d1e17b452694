//! A target for each operation. The tests fail for an operation without one: add the parameter of its path to
//! [`Fixtures::part`] and its body to [`Fixtures::body`].

use std::sync::atomic::{AtomicU32, Ordering};

use patchbay_domain::{Caller, Membership, Role, ScopeSet, UserCaller};
use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::event_fanout::PublishRequest;
use patchbay_proto::event_fanout::events_client::EventsClient;
use patchbay_proto::issue_sync::advance_response::Outcome;
use patchbay_proto::issue_sync::setup_client::SetupClient;
use patchbay_proto::issue_sync::{AdvanceRequest, InitializeRequest};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{
    CreateOrganizationRequest, CreateProjectRequest, CreateUserRequest, InviteMemberRequest, NewEvent,
    RecordErrorRequest, SetMemberRequest,
};
use patchbay_provider::Ticket;
use patchbay_rpc::{Channel, request, request_as};
use patchbay_testkit::slate::Slate;
use serde_json::{Value, json};

use crate::apps::Apps;
use crate::operation::{Apps as AppAccess, Operation};
use crate::people::{HOME, Person};

/// A request that succeeds for every authorized caller.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    /// A token of the app that the target belongs to.
    pub(crate) app: Option<String>,
    found: Found,
}

/// Operations, other than deletions, that change the effect of a repeated request.
const ONCE: [&str; 7] = [
    "request_publication",
    "review_publication",
    "recover_webhooks",
    "disable_app",
    "enable_app",
    "accept_invitation",
    "decline_invitation",
];

/// Creates targets.
pub(crate) struct Fixtures<'s> {
    pub(crate) apps: Apps<'s>,
    channel: Channel,
    /// Id of [`HOME`].
    home: i64,
    number: AtomicU32,
    slate: Slate,
}

/// The parts of a request besides its path.
#[derive(Debug, Clone, Default)]
struct Found {
    app: Option<String>,
    token: Option<String>,
    installation: String,
    issue: i64,
    error: String,
    integration: String,
    ticket: String,
    link: String,
    team: String,
}

impl<'s> Fixtures<'s> {
    pub(crate) async fn new(apps: Apps<'s>, channel: &Channel, home: i64, slate: Slate) -> Self {
        let wanted = CreateProjectRequest {
            organization: HOME.to_owned(),
            name: "Front End".to_owned(),
            ..Default::default()
        };
        ProjectsClient::new(channel.clone()).create_project(request(wanted)).await.unwrap();
        Self { apps, channel: channel.clone(), home, number: AtomicU32::new(0), slate }
    }

    /// A target in [`HOME`] that no other test uses; for personal things, one of the caller's own.
    pub(crate) async fn fresh(&self, operation: &Operation, person: Option<&Person>) -> Thing {
        let mut path = operation.path.clone();
        let mut found = Found::default();
        if operation.path.contains("issue") || operation.path.contains("event") {
            (found.issue, found.error) = self.error().await;
        }
        if matches!(operation.id.as_str(), "accept_invitation" | "decline_invitation") {
            let (organization, invitation) = self.invitation(person).await;
            path = path.replace("{organization}", &organization).replace("{member}", &invitation);
        }
        for name in operation.names() {
            let placeholder = format!("{{{name}}}");
            if path.contains(&placeholder) {
                let part = self.part(name, operation, &mut found).await;
                path = path.replace(&placeholder, &part);
            }
        }
        path.push_str(&query(operation, &found));
        let mut body = self.body(operation, &found).await;
        if let (Some(person), "revoke_user_token") = (person, operation.id.as_str()) {
            body = Some(json!({ "tokenId": self.token_of(person).await }));
        }
        Thing { path, body, app: found.app.clone(), found }
    }

    /// The same target for another request, if the previous request did not change it.
    pub(crate) async fn again(&self, operation: &Operation, thing: &Thing) -> Option<Thing> {
        let is_used_up = operation.method == "DELETE" || ONCE.contains(&operation.id.as_str());
        if is_used_up || operation.names().any(|name| name == "comment") {
            return None;
        }
        Some(Thing { body: self.body(operation, &thing.found).await, ..thing.clone() })
    }

    async fn part(&self, name: &str, operation: &Operation, found: &mut Found) -> String {
        let id = operation.id.as_str();
        match (name, id) {
            ("organization", _) => HOME.to_owned(),
            ("app", "list_app_tokens" | "create_app_token" | "revoke_app_token") => {
                let (slug, number) = self.apps.internal().await;
                found.token = Some(number);
                slug
            }
            ("app", "request_publication") => self.apps.with_logo().await,
            ("app", "review_publication") => self.apps.waiting().await,
            ("app", "enable_app") => self.apps.disabled().await,
            ("app", _) => self.apps.unpublished().await,
            ("token", "revoke_app_token") => found.token.take().unwrap(),
            ("installation", _) => {
                let scopes = match operation.access.apps {
                    AppAccess::OwnWithScopes => Role::Owner.scopes(),
                    _ => ScopeSet::EMPTY,
                };
                let installed = self.apps.installed(scopes).await;
                found.app = Some(installed.token);
                found.installation = installed.uuid.clone();
                installed.uuid
            }
            ("integration", "unlink_ticket" | "unlink_organization_ticket") => {
                let integration = self.integration(found).await;
                let path = format!("/api/0/issues/{}/integrations/{integration}/", found.issue);
                let link = self.apps.owner("PUT", &path, &json!({ "externalIssue": found.ticket })).await;
                found.link = text(&link["id"]);
                integration
            }
            ("integration", _) => self.integration(found).await,
            ("external_actor", _) => {
                let kind = if id.ends_with("team") { "team" } else { "user" };
                let path = match kind {
                    "team" => format!("/api/0/teams/{HOME}/{}/external-teams/", found.team),
                    _ => format!("/api/0/organizations/{HOME}/external-users/"),
                };
                let body = self.external_actor(kind == "user").await;
                text(&self.apps.owner("POST", &path, &body).await["id"])
            }
            ("pipeline", _) => "integration_pipeline".to_owned(),
            ("provider", "search_choices" | "begin_setup" | "continue_setup" | "submit_setup") => {
                "slate".to_owned()
            }
            ("delivery", _) => self.apps.delivery().await,
            ("recovery", _) => self.apps.recovery().await,
            ("member", _) => self.member().await.to_string(),
            ("project", "update_project" | "delete_project") => self.project().await,
            ("project", _) => "front-end".to_owned(),
            ("team", _) => {
                found.team = self.team().await;
                found.team.clone()
            }
            ("issue", _) => found.issue.to_string(),
            ("event", "explain_event") => self.published().await,
            ("event", _) => found.error.clone(),
            // Callers who may change it get a target of their own.
            ("comment", _) => {
                let path = format!("/api/0/issues/{}/comments/", found.issue);
                text(&self.apps.owner("POST", &path, &json!({ "text": "Mine." })).await["id"])
            }
            ("external_issue", _) => {
                let path = format!("/api/0/sentry-app-installations/{}/external-issues/", found.installation);
                let link = external_issue(found.issue);
                text(&self.apps.owner("POST", &path, &link).await["id"])
            }
            ("rule", "get_metric_rule" | "delete_metric_rule") => {
                let path = format!("/api/0/organizations/{HOME}/alert-rules/");
                text(&self.apps.owner("POST", &path, &metric_rule()).await["id"])
            }
            ("rule", _) => {
                let path = format!("/api/0/projects/{HOME}/front-end/rules/");
                text(&self.apps.owner("POST", &path, &self.rule().await).await["id"])
            }
            // They belong to no fixture.
            ("avatar", _) => "00000000-0000-4000-8000-000000000000".to_owned(),
            ("secret" | "provider" | "action", _) => "nothing".to_owned(),
            (name, id) => panic!("{id} has no fixture for {{{name}}}"),
        }
    }

    /// The id of a new member of [`HOME`].
    async fn member(&self) -> i64 {
        let mut directory = DirectoryClient::new(self.channel.clone());
        let name = self.unique("member");
        let email = format!("{name}@patchbay.example");
        let wanted = CreateUserRequest { name, email, ..Default::default() };
        let user_id = directory.create_user(request(wanted)).await.unwrap().into_inner().id;
        let organization = HOME.to_owned();
        let member = SetMemberRequest { organization, user_id, role: "member".to_owned() };
        directory.set_member(request(member)).await.unwrap();
        user_id
    }

    /// The slug of a new organization and the id of an invitation of this person to it.
    async fn invitation(&self, person: Option<&Person>) -> (String, String) {
        let mut directory = DirectoryClient::new(self.channel.clone());
        let wanted = CreateOrganizationRequest { name: self.unique("host"), ..Default::default() };
        let organization = directory.create_organization(request(wanted)).await.unwrap().into_inner().slug;
        let name = person.map_or_else(|| self.unique("guest"), |person| person.name.to_owned());
        let wanted = InviteMemberRequest {
            organization: organization.clone(),
            email: format!("{name}@patchbay.example"),
            role: "member".to_owned(),
        };
        let invited = directory.invite_member(request(wanted)).await.unwrap().into_inner();
        (organization, invited.id.to_string())
    }

    /// The id of a new personal token.
    async fn token_of(&self, person: &Person) -> i64 {
        let (user_id, scopes) = (person.user_id(), vec!["openid".to_owned()]);
        let wanted = MintUserTokenRequest { user_id, scopes, name: "to be revoked".to_owned() };
        let minted = TokensClient::new(self.channel.clone()).mint_user_token(request(wanted)).await;
        minted.unwrap().into_inner().id
    }

    fn unique(&self, what: &str) -> String {
        format!("{what}-{}", self.number.fetch_add(1, Ordering::Relaxed))
    }

    /// An error and its issue.
    async fn error(&self) -> (i64, String) {
        let message = format!("ReferenceError: {} is not defined", self.unique("it"));
        let event_json = json!({ "message": message, "fingerprint": [message] }).to_string().into_bytes();
        let wanted = RecordErrorRequest {
            organization: HOME.to_owned(),
            project: "front-end".to_owned(),
            events: vec![NewEvent { event_json: event_json.into() }],
        };
        let recorded = IssuesClient::new(self.channel.clone()).record_error(request(wanted)).await.unwrap();
        let event = recorded.into_inner().events.remove(0);
        (event.issue_id, event.event_id)
    }

    /// The id of an event.
    async fn published(&self) -> String {
        let event = PublishRequest {
            organization_id: self.home,
            resource: "error".to_owned(),
            action: "created".to_owned(),
            data_json: b"{}".to_vec().into(),
            ..Default::default()
        };
        let accepted = EventsClient::new(self.channel.clone()).publish(request(event)).await.unwrap();
        accepted.into_inner().event_id
    }

    /// The id of a new integration, whose tracker has a ticket.
    async fn integration(&self, found: &mut Found) -> String {
        let (host, key) = (format!("{}.test", self.unique("slate")), self.unique("OPS").to_ascii_uppercase());
        let ticket = Ticket { key: key.clone(), project: "p1".to_owned(), ..Ticket::default() };
        self.slate.world().tickets.insert(key.clone(), ticket);
        let caller = self.someone();
        let mut setup = SetupClient::new(self.channel.clone());
        let wanted = InitializeRequest {
            organization: HOME.to_owned(),
            provider: "slate".to_owned(),
            ..Default::default()
        };
        setup.initialize(request_as(&caller, wanted)).await.unwrap();
        let mut complete = None;
        for fields in [json!({ "host": host, "secret": "hush-hush" }), json!({ "answer": "yes" })] {
            let fields = AdvanceRequest { fields_json: fields.to_string().into(), ..Default::default() };
            complete = setup.advance(request_as(&caller, fields)).await.unwrap().into_inner().outcome;
        }
        let Some(Outcome::Integration(integration)) = complete else { panic!("it is complete") };
        (found.integration, found.ticket) = (integration.id.to_string(), key);
        found.integration.clone()
    }

    /// An owner of [`HOME`] who is no other's. A user has one setup of an integration at a time.
    fn someone(&self) -> Caller {
        let membership =
            Membership { organization_id: self.home, organization_slug: HOME.to_owned(), role: Role::Owner };
        Caller::User(UserCaller {
            user_id: 1_000_000 + i64::from(self.number.fetch_add(1, Ordering::Relaxed)),
            name: "Olga".to_owned(),
            email: "olga@patchbay.example".to_owned(),
            is_superuser: false,
            is_staff: false,
            memberships: vec![membership],
            token_scopes: None,
        })
    }

    /// A name at a tracker, of a new member or of the team in the path.
    async fn external_actor(&self, is_user: bool) -> Value {
        let integration = self.integration(&mut Found::default()).await;
        let name = format!("@{}", self.unique("name"));
        let mut body = json!({ "externalName": name, "provider": "slate", "integrationId": integration });
        if is_user {
            body["userId"] = self.member().await.into();
        }
        body
    }

    async fn project(&self) -> String {
        let path = format!("/api/0/organizations/{HOME}/projects/");
        text(&self.apps.owner("POST", &path, &json!({ "name": self.unique("project") })).await["slug"])
    }

    async fn team(&self) -> String {
        let path = format!("/api/0/organizations/{HOME}/teams/");
        text(&self.apps.owner("POST", &path, &json!({ "name": self.unique("team") })).await["slug"])
    }

    async fn rule(&self) -> Value {
        let app = self.apps.alertable().await;
        let action = "sentry.rules.actions.notify_event_service.NotifyEventServiceAction";
        json!({ "name": self.unique("rule"), "actions": [{ "id": action, "service": app }] })
    }

    async fn body(&self, operation: &Operation, found: &Found) -> Option<Value> {
        if !operation.takes_body {
            return None;
        }
        Some(match operation.id.as_str() {
            "create_app" => self.apps.body(HOME, false, ScopeSet::EMPTY),
            "update_app" | "rotate_secret" | "disable_app" | "recover_webhooks" => json!({}),
            "set_app_avatar" => json!({ "avatar_type": "default" }),
            "record_app_interaction" => json!({ "tsdbField": "sentry_app_viewed" }),
            "request_publication" => json!({ "questionnaire": [{ "question": "Why?", "answer": "So." }] }),
            "review_publication" => json!({ "approve": true }),
            "install" => json!({ "slug": self.apps.unpublished().await }),
            "authorize" => json!({
                "grant_type": "authorization_code", "code": "none", "client_id": "none", "client_secret": "none",
            }),
            "mark_installed" => json!({ "status": "installed" }),
            "set_project_filter" => json!({ "projects": ["front-end"] }),
            "switch_webhooks" => json!({ "status": "stopped" }),
            "create_user_token" => json!({ "scopes": ["openid"] }),
            "revoke_user_token" => json!({ "tokenId": 999_999_999 }),
            "create_organization" => json!({ "name": self.unique("organization") }),
            "update_organization" => json!({ "name": "Acme" }),
            "add_member" => json!({ "email": format!("{}@patchbay.example", self.unique("new")) }),
            "update_member" => json!({ "orgRole": "member" }),
            "update_issues" | "update_project_issues" | "update_issue" | "update_organization_issue" => {
                json!({ "status": "resolved" })
            }
            "create_comment"
            | "create_organization_comment"
            | "update_comment"
            | "update_organization_comment" => json!({ "text": "Said." }),
            "create_external_issue" => external_issue(found.issue),
            "act_on_external_issue" => {
                json!({ "groupId": found.issue, "action": "create", "uri": "/issue" })
            }
            "create_project" | "create_team_project" => json!({ "name": self.unique("project") }),
            "update_project" => json!({ "name": "Back End" }),
            "create_team" => json!({ "name": self.unique("team") }),
            "create_rule" | "update_rule" => self.rule().await,
            "create_metric_rule" => metric_rule(),
            "update_integration" | "set_integration" => json!({ "sync_comments": true }),
            "initialize_setup" => json!({ "action": "initialize", "provider": "slate" }),
            "create_ticket" | "create_organization_ticket" => json!({ "title": self.unique("ticket") }),
            "link_ticket" | "link_organization_ticket" => json!({ "externalIssue": found.ticket }),
            "create_external_user" => self.external_actor(true).await,
            "create_external_team" => self.external_actor(false).await,
            "update_external_user" | "update_external_team" => {
                json!({ "externalName": format!("@{}", self.unique("other")) })
            }
            id => panic!("{id} has no fixture for its body"),
        })
    }
}

/// Query parameters that select the target and the content.
fn query(operation: &Operation, found: &Found) -> String {
    match operation.id.as_str() {
        "update_issues" | "delete_issues" | "update_project_issues" | "delete_project_issues" => {
            format!("?id={}", found.issue)
        }
        "get_ticket_form" | "get_organization_ticket_form" => "?action=create".to_owned(),
        "unlink_ticket" | "unlink_organization_ticket" => format!("?externalIssue={}", found.link),
        "search_choices" => "?field=externalIssue&query=OPS".to_owned(),
        "get_select_options" => "?uri=/options".to_owned(),
        _ => String::new(),
    }
}

fn external_issue(issue: i64) -> Value {
    json!({
        "issueId": issue, "webUrl": "https://tracker.example/7", "project": "ONE", "identifier": "7",
    })
}

fn metric_rule() -> Value {
    json!({
        "name": "Many", "projects": ["front-end"], "timeWindow": 5,
        "triggers": [{ "label": "critical", "alertThreshold": 1000, "actions": [] }],
    })
}

/// A name or a number, as in a path.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Thing {
    /// The same request below another organization.
    pub(crate) fn elsewhere(&self, operation: &Operation, organization: &str) -> Self {
        let mut parts: Vec<_> = self.path.split('/').collect();
        let position = operation.path.split('/').position(|part| part == "{organization}").unwrap();
        parts[position] = organization;
        Self { path: parts.join("/"), ..self.clone() }
    }

    /// The same request about something that does not exist: the last name in its path is replaced.
    pub(crate) fn missing(&self, operation: &Operation) -> Self {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let mut parts: Vec<_> = path.split('/').collect();
        let template: Vec<_> = operation.path.split('/').collect();
        let last = template.iter().rposition(|part| part.starts_with('{')).unwrap();
        parts[last] = match template[last] {
            "{installation}" | "{delivery}" | "{recovery}" | "{event}" => {
                "00000000-0000-4000-8000-000000000000"
            }
            "{organization}" | "{app}" | "{project}" | "{team}" => "missing",
            _ => "999999999",
        };
        let path = [parts.join("/").as_str(), query].join("?");
        Self { path: path.trim_end_matches('?').to_owned(), ..self.clone() }
    }
}
