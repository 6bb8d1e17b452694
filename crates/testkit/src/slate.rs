//! A provider whose tracker is in memory. It can play several trackers: a host is one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use patchbay_provider::{
    Action, Assignee, Built, Change, Choice, Descriptor, ExternalIdentity, ExternalUser, Failure, Feature,
    Field, FieldKind, InboundAnswer, InboundRequest, Installation, IntegrationChange, IntegrationKind,
    IssueInfo, Kind, Located, Metadata, Object, Provider, Received, Result, Search, Secrets, Setting,
    SetupState, StatusMapping, StepView, Ticket, Timed,
};
use serde_json::{Value, json};

/// The tracker behind the provider.
#[derive(Debug, Default)]
pub struct World {
    /// By key. The keys of different hosts differ.
    pub tickets: BTreeMap<String, Ticket>,
    /// Key and text.
    pub comments: Vec<(String, String)>,
    /// Hosts with a webhook.
    pub webhooks: Vec<String>,
    /// The next call fails in this way.
    pub fails: Option<Failure>,
    /// Number of calls.
    pub calls: usize,
    /// Hosts that are not reachable.
    pub down: BTreeSet<String>,
    /// E-mail addresses of assignees, by key.
    pub assignees: BTreeMap<String, String>,
    /// Webhooks that were not sent yet: host and event.
    pub events: Vec<(String, Value)>,
    /// Seconds by which the clock of a host is wrong.
    pub skew: BTreeMap<String, i64>,
    /// Goes on with each change at a tracker.
    pub now: DateTime<Utc>,
    /// Edited comments: id and text.
    pub edited: Vec<(String, String)>,
    /// A comment opens a resolved ticket again, as at Roundup.
    pub comments_reopen: bool,
    /// A status is accepted and not changed, as at Redmine.
    pub ignores_status: bool,
    /// The last step of a setup is answered at this address of the tracker, which sends the browser back with `state`.
    pub confirms_at: Option<String>,
}

impl World {
    fn report(&mut self, host: &str, mut event: Value) {
        self.now += TimeDelta::milliseconds(1);
        let skew = self.skew.get(host).copied().unwrap_or_default();
        event["at"] = json!(self.now + TimeDelta::seconds(skew));
        self.events.push((host.to_owned(), event));
    }

    /// A person assigns a ticket; an empty address unassigns it.
    pub fn assign(&mut self, host: &str, key: &str, email: &str) {
        let before = self.assignees.insert(key.to_owned(), email.to_owned()).unwrap_or_default();
        if before != email {
            let assignee = if email.is_empty() { Value::Null } else { json!({"email": email}) };
            self.report(host, json!({"event": "assigned", "key": key, "assignee": assignee}));
        }
    }

    /// A person changes the status of a ticket.
    pub fn set_status(&mut self, host: &str, key: &str, status: &str) {
        let Some(ticket) = self.tickets.get_mut(key) else { return };
        if ticket.status != status {
            status.clone_into(&mut ticket.status);
            self.report(host, json!({"event": "status", "key": key, "status": status}));
        }
    }
}

fn host(installation: &Installation) -> String {
    installation.secrets.metadata_text("domain_name").unwrap_or_default().to_owned()
}

/// The provider. Clones share the tracker.
#[derive(Debug, Clone)]
pub struct Slate {
    descriptor: Arc<Descriptor>,
    world: Arc<Mutex<World>>,
}

impl Default for Slate {
    fn default() -> Self {
        Self::new()
    }
}

impl Slate {
    /// A tracker without tickets.
    pub fn new() -> Self {
        let metadata = Metadata {
            description: "A tracker in memory.".to_owned(),
            features: Vec::new(),
            author: "The tests".to_owned(),
            noun: "Installation".to_owned(),
            issue_url: "https://example.org".to_owned(),
            source_url: "https://example.org".to_owned(),
            aspects: Object::new(),
        };
        let descriptor = Descriptor {
            key: "slate".to_owned(),
            name: "Slate".to_owned(),
            path: "slate".to_owned(),
            metadata,
            features: vec![
                Feature::UserMapping,
                Feature::IssueSync,
                Feature::IssueBasic,
                Feature::TicketRules,
            ],
            kind: IntegrationKind::ProjectManagement,
            can_add: true,
            can_disable: false,
            needs_default_identity: true,
            requires_feature_flag: false,
            allow_multiple: true,
            setup_window: (600, 600),
            setup_steps: vec!["config".to_owned(), "confirm".to_owned()],
            initial_fields: vec!["host".to_owned()],
            remembered_fields: vec!["project".to_owned()],
            remembered_by_user: Vec::new(),
            settings: Setting::standard("Slate"),
            at_names: true,
            unreachable_text: "Unable to communicate with the Slate instance.".to_owned(),
        };
        Self { descriptor: Arc::new(descriptor), world: Arc::default() }
    }

    /// The tracker.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call_at(&self, installation: &Installation) -> Result<MutexGuard<'_, World>> {
        let (world, host) = (self.call()?, host(installation));
        match world.down.contains(&host) {
            true => Err(Failure::new(Kind::Unreachable, format!("Unable to reach host: {host}"))),
            false => Ok(world),
        }
    }

    fn call(&self) -> Result<MutexGuard<'_, World>> {
        let mut world = self.world();
        world.calls += 1;
        match world.fails.take() {
            Some(failure) => Err(failure),
            None => Ok(world),
        }
    }
}

fn text<'a>(fields: &'a Object, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn object(value: Value) -> Object {
    let Value::Object(object) = value else { panic!("an object") };
    object
}

/// An account with which the application was connected at the tracker.
fn connected(request: &InboundRequest) -> Received {
    let external_id = request.path.trim_start_matches("webhook/").to_owned();
    let metadata = object(json!({"domain_name": external_id, "webhook_secret": "hush-hush"}));
    let name = "Connected at the tracker".to_owned();
    let built = Built { external_id, name, metadata, identity: None, expect_exists: false };
    let integration = Some(IntegrationChange::Refreshed(Box::new(built)));
    Received { integration, ..Received::changes(InboundAnswer::empty(200), Vec::new()) }
}

#[async_trait]
impl Provider for Slate {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn show_step(&self, step: &str, state: &mut SetupState) -> Result<StepView> {
        let form = match step {
            "config" => vec![
                Field::new("host", FieldKind::Text, "Host").required(),
                Field::new("secret", FieldKind::Text, "Secret").required(),
            ],
            _ => {
                let choices = vec![Choice::new("no", "No"), Choice::new("yes", "Yes")];
                vec![Field::new("answer", FieldKind::Select, "Set it up?").required().choices(choices)]
            }
        };
        let data = object(json!({"host": state.data.get("host")}));
        let tracker = self.world().confirms_at.clone().filter(|_| step != "config");
        let redirect_url = tracker.map(|tracker| format!("{tracker}?state={}", state.nonce));
        Ok(StepView { data, form, redirect_url })
    }

    async fn answer_step(&self, step: &str, fields: &Object, state: &mut SetupState) -> Result<()> {
        if step == "config" {
            for name in ["host", "secret"] {
                if text(fields, name).is_empty() {
                    return Err(Failure::field(name, "This field is required."));
                }
                state.data.insert(name.to_owned(), text(fields, name).into());
            }
        } else if self.world().confirms_at.is_some() && text(fields, "state") != state.nonce {
            return Err(Failure::refused("Invalid state"));
        } else if text(fields, "answer") != "yes" {
            return Err(Failure::refused("The answer has to be yes."));
        }
        Ok(())
    }

    async fn build(&self, state: &SetupState) -> Result<Built> {
        let host = text(&state.data, "host").to_owned();
        self.call()?.webhooks.push(host.clone());
        let secret = text(&state.data, "secret");
        let metadata = object(json!({"domain_name": host, "webhook_secret": secret}));
        let identity = ExternalIdentity {
            kind: "slate".to_owned(),
            instance: host.clone(),
            external_id: text(&state.data, "account").to_owned(),
            scopes: Vec::new(),
            data: object(json!({"token": secret})),
        };
        Ok(Built {
            external_id: host,
            name: "Our slate".to_owned(),
            metadata,
            identity: Some(identity),
            expect_exists: false,
        })
    }

    async fn undo_build(&self, built: &Built, _state: &SetupState) -> Result<()> {
        self.call()?.webhooks.retain(|host| *host != built.external_id);
        Ok(())
    }

    async fn status_mapping(&self, _installation: &Installation) -> Result<StatusMapping> {
        drop(self.call()?);
        Ok(StatusMapping {
            projects: vec![Choice::new("p1", "Project 1")],
            statuses: vec![Choice::new("done", "Done"), Choice::new("open", "Open")],
            project_noun: "Slate Project".to_owned(),
            dropdown: Object::new(),
        })
    }

    async fn create_form(
        &self,
        _installation: &Installation,
        issue: Option<&IssueInfo>,
        _chosen: &Object,
    ) -> Result<Vec<Field>> {
        drop(self.call()?);
        let project = issue.and_then(|issue| issue.defaults.get("project")).cloned().unwrap_or("p1".into());
        let title = issue.map(|issue| issue.title.clone()).unwrap_or_default();
        Ok(vec![
            Field::new("project", FieldKind::Select, "Project").required().default(project),
            Field::new("title", FieldKind::String, "Title").required().default(title),
        ])
    }

    async fn link_form(&self, _installation: &Installation, issue: &IssueInfo) -> Result<Vec<Field>> {
        let comment = format!("Linked Issue: {} {}", issue.short_id, issue.url);
        Ok(vec![
            Field::new("externalIssue", FieldKind::Select, "Issue"),
            Field::new("comment", FieldKind::Textarea, "Comment").default(comment),
        ])
    }

    async fn search(&self, _installation: &Installation, search: &Search) -> Result<Vec<Choice>> {
        let world = self.call()?;
        let found = world.tickets.values().filter(|ticket| ticket.title.contains(&search.query));
        Ok(found.map(|ticket| Choice::new(&ticket.key, &ticket.title)).collect())
    }

    fn ticket_key(&self, _installation: &Installation, fields: &Object) -> Result<String> {
        Ok(text(fields, "externalIssue").to_ascii_uppercase())
    }

    async fn create_issue(&self, _installation: &Installation, fields: &Object) -> Result<Ticket> {
        let mut world = self.call()?;
        if text(fields, "title").is_empty() {
            return Err(Failure::field("title", "You must specify a title."));
        }
        let key = format!("S-{}", world.tickets.len() + 1);
        let title = text(fields, "title").to_owned();
        let ticket = Ticket { key: key.clone(), title, project: "p1".to_owned(), ..Ticket::default() };
        world.tickets.insert(key, ticket.clone());
        Ok(ticket)
    }

    async fn get_issue(&self, installation: &Installation, key: &str) -> Result<Ticket> {
        let found = self.call_at(installation)?.tickets.get(key).cloned();
        found.ok_or_else(|| {
            Failure::new(Kind::Gone, "Error Communicating with Slate (HTTP 404): unknown error")
        })
    }

    fn issue_url(&self, installation: &Installation, key: &str) -> String {
        format!("https://{}/{key}", host(installation))
    }

    fn quote_comment(&self, author: &str, text: &str) -> String {
        format!("{author} wrote: {text}")
    }

    async fn create_comment(&self, installation: &Installation, key: &str, text: &str) -> Result<String> {
        let mut world = self.call_at(installation)?;
        world.comments.push((key.to_owned(), text.to_owned()));
        if world.comments_reopen {
            world.set_status(&host(installation), key, "open");
        }
        Ok(format!("c{}", world.comments.len()))
    }

    async fn update_comment(
        &self,
        installation: &Installation,
        _key: &str,
        comment_id: &str,
        text: &str,
    ) -> Result<()> {
        self.call_at(installation)?.edited.push((comment_id.to_owned(), text.to_owned()));
        Ok(())
    }

    async fn sync_assignee_outbound(
        &self,
        installation: &Installation,
        key: &str,
        assignee: Option<&Assignee>,
    ) -> Result<()> {
        let mut world = self.call_at(installation)?;
        let email = match assignee {
            // No user of this tracker has an address of another domain.
            Some(assignee) => match assignee.emails.iter().find(|email| email.ends_with("@example.org")) {
                Some(email) => email.clone(),
                None => return Err(Failure::new(Kind::NoUser, "No matching Slate user found")),
            },
            None => String::new(),
        };
        world.assign(&host(installation), key, &email);
        Ok(())
    }

    async fn sync_status_outbound(
        &self,
        installation: &Installation,
        ticket: &Ticket,
        status: &str,
    ) -> Result<()> {
        let mut world = self.call_at(installation)?;
        if !world.ignores_status {
            world.set_status(&host(installation), &ticket.key, status);
        }
        Ok(())
    }

    async fn resolve_action(&self, _: &Installation, data: &Value) -> Result<Option<Action>> {
        drop(self.call()?);
        Ok(match data.as_str() {
            Some("done") => Some(Action::Resolve),
            Some("open") => Some(Action::Unresolve),
            _ => None,
        })
    }

    fn locate(&self, request: &InboundRequest) -> Result<Located, InboundAnswer> {
        match request.path.strip_prefix("webhook/") {
            Some(host) if request.method == "POST" => Ok(Located::Integration(host.to_owned())),
            _ => Err(InboundAnswer::empty(405)),
        }
    }

    fn receive(
        &self,
        request: &InboundRequest,
        secrets: Option<&Secrets>,
    ) -> Result<Received, InboundAnswer> {
        if request.header("x-slate-secret") == Some("of the application") {
            return Ok(connected(request));
        }
        let secret = secrets.and_then(|secrets| secrets.metadata_text("webhook_secret"));
        if secret.is_none() || request.header("x-slate-secret") != secret {
            return Err(InboundAnswer::invalid_token(400));
        }
        let event: Value = serde_json::from_slice(&request.body).map_err(|_| InboundAnswer::empty(400))?;
        let key = event["key"].as_str().unwrap_or_default().to_owned();
        let at = Timed { at: event["at"].as_str().and_then(|at| at.parse().ok()) };
        let change = match event["event"].as_str() {
            Some("assigned") => {
                let part = |name: &str| event["assignee"][name].as_str().map(str::to_owned);
                let user = ExternalUser { email: part("email"), name: part("name") };
                Change::Assignee { key, assignee: Some(user).filter(|_| !event["assignee"].is_null()), at }
            }
            Some("moved") => Change::Key {
                from: key,
                to: event["to"].as_str().unwrap_or_default().to_owned(),
                ticket_id: "77".to_owned(),
            },
            Some("project_renamed") => Change::Project {
                from: key,
                to: event["to"].as_str().unwrap_or_default().to_owned(),
                separator: "-".to_owned(),
            },
            _ => Change::Status { key, data: event["status"].clone(), at },
        };
        let mut received = Received::changes(InboundAnswer::empty(200), vec![change]);
        received.delivery_id = request.header("x-slate-delivery").map(str::to_owned);
        Ok(received)
    }

    async fn check_webhook(&self, installation: &Installation) -> Result<bool> {
        let (mut world, host) = (self.call_at(installation)?, host(installation));
        let is_missing = !world.webhooks.contains(&host);
        if is_missing {
            world.webhooks.push(host);
        }
        Ok(is_missing)
    }

    async fn probe(&self, installation: &Installation) -> Result<()> {
        self.call_at(installation).map(drop)
    }

    async fn uninstall(&self, installation: &Installation) -> Result<()> {
        let host = installation.integration.external_id.clone();
        self.call()?.webhooks.retain(|known| *known != host);
        Ok(())
    }
}
