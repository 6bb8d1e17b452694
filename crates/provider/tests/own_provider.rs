//! A provider that is in this file only, with a tracker in memory, passes the suite of providers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use chrono::DateTime;
use patchbay_provider::{
    Action, Assignee, Built, Change, Choice, Descriptor, ExternalUser, Failure, Feature, Field, FieldKind,
    InboundAnswer, InboundRequest, Installation, IntegrationKind, IssueInfo, Kind, Located, Metadata, Object,
    Provider, Received, Result, Search, Secrets, Setting, SetupState, StatusMapping, StepView, Ticket, Timed,
};
use patchbay_testkit::conformance::{Edit, Fault, Tracker, conforms};
use serde_json::{Value, json};

const SECRET: &str = "between wall and platform";
const WREN: &str = "wren@example.org";

/// A note on the wall.
#[derive(Debug, Default)]
struct Note {
    title: String,
    is_done: bool,
    assignee: Option<String>,
    comments: Vec<String>,
}

#[derive(Debug)]
struct Wall {
    descriptor: Descriptor,
    notes: Mutex<BTreeMap<String, Note>>,
    has_webhook: Mutex<bool>,
    fault: Mutex<Option<Fault>>,
}

impl Wall {
    fn new() -> Self {
        let text = |text: &str| text.to_owned();
        let descriptor = Descriptor {
            key: text("wall"),
            name: text("Wall"),
            path: text("wall"),
            metadata: Metadata {
                description: text("Notes on a wall."),
                features: Vec::new(),
                author: text("A test"),
                noun: text("Installation"),
                issue_url: String::new(),
                source_url: String::new(),
                aspects: Object::new(),
            },
            features: vec![Feature::IssueBasic, Feature::IssueSync],
            kind: IntegrationKind::ProjectManagement,
            can_add: true,
            can_disable: false,
            needs_default_identity: false,
            requires_feature_flag: false,
            allow_multiple: false,
            setup_window: (600, 600),
            setup_steps: vec![text("wall")],
            initial_fields: Vec::new(),
            remembered_fields: Vec::new(),
            remembered_by_user: Vec::new(),
            settings: Setting::standard("Wall"),
            at_names: false,
            unreachable_text: text("The wall is away."),
        };
        Self { descriptor, notes: Mutex::default(), has_webhook: Mutex::default(), fault: Mutex::default() }
    }

    /// The notes, unless the wall fails.
    fn notes(&self) -> Result<MutexGuard<'_, BTreeMap<String, Note>>> {
        let fault = *self.fault.lock().unwrap();
        let Some(fault) = fault else { return Ok(self.notes.lock().unwrap()) };
        let kind = match fault {
            Fault::Unauthorized => Kind::Unauthorized,
            Fault::Forbidden => Kind::Forbidden,
            Fault::Limited => Kind::RateLimited,
            Fault::Broken | Fault::Away => Kind::Unreachable,
            Fault::Html => Kind::Unreadable,
        };
        let retry_at = DateTime::from_timestamp(2_000_000_000, 0).filter(|_| fault == Fault::Limited);
        Err(Failure { retry_at, ..Failure::new(kind, "The wall fails.") })
    }

    fn with<T>(&self, key: &str, change: impl FnOnce(&mut Note) -> T) -> Result<T> {
        let mut notes = self.notes()?;
        notes.get_mut(key).map(change).ok_or_else(|| Failure::new(Kind::Gone, "No such note."))
    }
}

#[async_trait]
impl Provider for Wall {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn show_step(&self, _: &str, _: &mut SetupState) -> Result<StepView> {
        Ok(StepView { form: vec![Field::new("name", FieldKind::Text, "Name")], ..StepView::default() })
    }

    async fn answer_step(&self, _: &str, fields: &Object, state: &mut SetupState) -> Result<()> {
        state.data.insert("name".to_owned(), fields.get("name").cloned().unwrap_or_default());
        Ok(())
    }

    async fn build(&self, state: &SetupState) -> Result<Built> {
        *self.has_webhook.lock().unwrap() = true;
        let external_id = state.data["name"].as_str().unwrap_or_default().to_owned();
        let metadata = Object::from_iter([("webhook_secret".to_owned(), SECRET.into())]);
        Ok(Built { name: external_id.clone(), external_id, metadata, identity: None, expect_exists: false })
    }

    async fn undo_build(&self, _: &Built, _: &SetupState) -> Result<()> {
        *self.has_webhook.lock().unwrap() = false;
        Ok(())
    }

    async fn status_mapping(&self, _: &Installation) -> Result<StatusMapping> {
        let statuses = vec![Choice::new("open", "Open"), Choice::new("done", "Done")];
        Ok(StatusMapping {
            projects: vec![Choice::new("wall", "Wall")],
            statuses,
            ..StatusMapping::default()
        })
    }

    async fn create_form(
        &self,
        _: &Installation,
        issue: Option<&IssueInfo>,
        _: &Object,
    ) -> Result<Vec<Field>> {
        let title = issue.map(|it| Field::new("title", FieldKind::String, "Title").default(it.title.clone()));
        Ok(title.into_iter().collect())
    }

    async fn link_form(&self, _: &Installation, _: &IssueInfo) -> Result<Vec<Field>> {
        Ok(vec![Field::new("externalIssue", FieldKind::Text, "Note")])
    }

    async fn search(&self, _: &Installation, search: &Search) -> Result<Vec<Choice>> {
        let notes = self.notes()?;
        let found = notes.iter().filter(|(_, note)| note.title.contains(&search.query));
        Ok(found.map(|(key, note)| Choice::new(key.as_str(), note.title.as_str())).collect())
    }

    fn ticket_key(&self, _: &Installation, fields: &Object) -> Result<String> {
        Ok(fields.get("externalIssue").and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    async fn create_issue(&self, installation: &Installation, fields: &Object) -> Result<Ticket> {
        let title = fields.get("title").and_then(Value::as_str).unwrap_or_default().to_owned();
        let key = {
            let mut notes = self.notes()?;
            let key = format!("N-{}", notes.len() + 1);
            notes.insert(key.clone(), Note { title, ..Note::default() });
            key
        };
        self.get_issue(installation, &key).await
    }

    async fn get_issue(&self, _: &Installation, key: &str) -> Result<Ticket> {
        self.with(key, |note| Ticket {
            key: key.to_owned(),
            title: note.title.clone(),
            project: "wall".to_owned(),
            status: if note.is_done { "done" } else { "open" }.to_owned(),
            ..Ticket::default()
        })
    }

    fn issue_url(&self, _: &Installation, key: &str) -> String {
        format!("https://wall.example/{key}")
    }

    fn quote_comment(&self, author: &str, text: &str) -> String {
        format!("{author} wrote: {text}")
    }

    async fn create_comment(&self, _: &Installation, key: &str, text: &str) -> Result<String> {
        self.with(key, |note| {
            note.comments.push(text.to_owned());
            note.comments.len().to_string()
        })
    }

    async fn update_comment(&self, _: &Installation, key: &str, id: &str, text: &str) -> Result<()> {
        let index = id.parse::<usize>().unwrap() - 1;
        self.with(key, |note| text.clone_into(&mut note.comments[index]))
    }

    async fn sync_assignee_outbound(
        &self,
        _: &Installation,
        key: &str,
        assignee: Option<&Assignee>,
    ) -> Result<()> {
        if assignee.is_some_and(|it| !it.emails.iter().any(|email| email == WREN)) {
            return Err(Failure::new(Kind::NoUser, "No such person."));
        }
        self.with(key, |note| note.assignee = assignee.map(|_| WREN.to_owned()))
    }

    async fn sync_status_outbound(&self, _: &Installation, ticket: &Ticket, status: &str) -> Result<()> {
        if !["open", "done"].contains(&status) {
            return Err(Failure::new(Kind::NoTransition, "No such status."));
        }
        self.with(&ticket.key, |note| note.is_done = status == "done")
    }

    async fn resolve_action(&self, _: &Installation, data: &Value) -> Result<Option<Action>> {
        Ok(Some(if data["is_done"] == true { Action::Resolve } else { Action::Unresolve }))
    }

    fn locate(&self, request: &InboundRequest) -> Result<Located, InboundAnswer> {
        let is_post = request.method == "POST";
        is_post.then(|| Located::Integration(request.path.clone())).ok_or_else(|| InboundAnswer::empty(405))
    }

    fn receive(
        &self,
        request: &InboundRequest,
        secrets: Option<&Secrets>,
    ) -> Result<Received, InboundAnswer> {
        let secret = secrets.and_then(|secrets| secrets.metadata_text("webhook_secret"));
        if secret.is_none() || request.header("x-secret") != secret {
            return Err(InboundAnswer::invalid_token(401));
        }
        let body: Value = serde_json::from_slice(&request.body).map_err(|_| InboundAnswer::empty(400))?;
        let key = body["key"].as_str().map(str::to_owned).ok_or_else(|| InboundAnswer::empty(400))?;
        let at = Timed { at: DateTime::from_timestamp(1_800_000_000, 0) };
        let change = if body["is_done"].is_boolean() {
            Change::Status { key, data: json!({"is_done": body["is_done"]}), at }
        } else {
            let email = body["assignee"].as_str().map(str::to_owned);
            let assignee = email.map(|email| ExternalUser { email: Some(email), name: None });
            Change::Assignee { key, assignee, at }
        };
        Ok(Received::changes(InboundAnswer::empty(200), vec![change]))
    }

    async fn check_webhook(&self, _: &Installation) -> Result<bool> {
        Ok(!std::mem::replace(&mut *self.has_webhook.lock().unwrap(), true))
    }

    async fn probe(&self, _: &Installation) -> Result<()> {
        self.notes().map(drop)
    }

    async fn uninstall(&self, _: &Installation) -> Result<()> {
        *self.has_webhook.lock().unwrap() = false;
        Ok(())
    }
}

#[async_trait(?Send)]
impl Tracker for Wall {
    fn provider(&self) -> &dyn Provider {
        self
    }

    async fn answer(&self, _: &str, _: &StepView, _: &str) -> Object {
        Object::from_iter([("name".to_owned(), "kitchen".into())])
    }

    fn new_ticket(&self, title: &str) -> Object {
        Object::from_iter([("title".to_owned(), title.into())])
    }

    fn missing_key(&self) -> &'static str {
        "N-999"
    }

    fn person(&self) -> Assignee {
        Assignee { names: Vec::new(), emails: vec![WREN.to_owned()] }
    }

    fn statuses(&self) -> [&'static str; 2] {
        ["open", "done"]
    }

    async fn is_assigned(&self, key: &str) -> bool {
        self.notes.lock().unwrap()[key].assignee.as_deref() == Some(WREN)
    }

    async fn comments(&self, key: &str) -> Vec<String> {
        self.notes.lock().unwrap()[key].comments.clone()
    }

    async fn has_webhook(&self) -> Option<bool> {
        Some(*self.has_webhook.lock().unwrap())
    }

    async fn change(&self, key: &str, edit: Edit) -> Option<InboundRequest> {
        let body = match edit {
            Edit::Assign => json!({"key": key, "assignee": WREN}),
            Edit::Unassign => json!({"key": key, "assignee": null}),
            Edit::Close | Edit::Reopen => json!({"key": key, "is_done": edit == Edit::Close}),
        };
        Some(InboundRequest {
            method: "POST".to_owned(),
            path: "kitchen".to_owned(),
            headers: vec![("x-secret".to_owned(), SECRET.to_owned())],
            body: body.to_string().into(),
        })
    }

    async fn fail(&self, fault: Option<Fault>) -> bool {
        *self.fault.lock().unwrap() = fault;
        true
    }
}

#[tokio::test]
async fn a_provider_in_a_file_conforms() {
    conforms(&Wall::new()).await;
}
