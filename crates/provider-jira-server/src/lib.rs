//! The provider for Jira Server and Jira Data Center (REST API 2).
//!
//! Facts about Jira are from Atlassian's documentation of Jira Data Center 8 to 10.

mod assignee;
mod comments;
mod create;
mod descriptor;
mod errors;
mod fields;
mod forms;
mod inbound;
mod jira;
mod remote_link;
mod search;
mod setup;
mod status;
mod ticket;
mod webhook;

use async_trait::async_trait;
use patchbay_provider::{
    Action, Assignee, Built, Choice, Descriptor, Field, InboundAnswer, InboundRequest, Installation,
    IssueInfo, Located, Object, Provider, Received, Result, Search, Secrets, SetupState, StatusMapping,
    StepView, Ticket,
};
use serde_json::Value;

use crate::jira::{Cache, Jira};

/// Key of the provider.
pub const KEY: &str = "jira_server";

/// The provider.
#[derive(Debug)]
pub struct JiraServer {
    descriptor: Descriptor,
    cache: Cache,
}

impl JiraServer {
    /// The provider, without settings.
    pub fn new() -> Self {
        Self { descriptor: descriptor::descriptor(), cache: Cache::new() }
    }

    fn jira<'a>(&'a self, installation: &'a Installation) -> Result<Jira<'a>> {
        Jira::of(installation, &self.cache)
    }
}

impl Default for JiraServer {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Provider for JiraServer {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn show_step(&self, step: &str, state: &mut SetupState) -> Result<StepView> {
        setup::show(step, state)
    }

    async fn answer_step(&self, step: &str, fields: &Object, state: &mut SetupState) -> Result<()> {
        setup::answer(step, fields, state).await
    }

    async fn build(&self, state: &SetupState) -> Result<Built> {
        setup::build(state).await
    }

    async fn undo_build(&self, built: &Built, state: &SetupState) -> Result<()> {
        setup::undo(built, state).await
    }

    async fn status_mapping(&self, installation: &Installation) -> Result<StatusMapping> {
        status::mapping(&self.jira(installation)?).await
    }

    async fn create_form(
        &self,
        installation: &Installation,
        issue: Option<&IssueInfo>,
        chosen: &Object,
    ) -> Result<Vec<Field>> {
        forms::create(&self.jira(installation)?, installation, issue, chosen).await
    }

    async fn link_form(&self, installation: &Installation, issue: &IssueInfo) -> Result<Vec<Field>> {
        Ok(forms::link(installation, issue))
    }

    async fn search(&self, installation: &Installation, search: &Search) -> Result<Vec<Choice>> {
        search::search(&self.jira(installation)?, search).await
    }

    fn ticket_key(&self, _installation: &Installation, fields: &Object) -> Result<String> {
        let key = fields.get("externalIssue").and_then(Value::as_str).unwrap_or_default();
        Ok(key.trim().to_ascii_uppercase())
    }

    async fn create_issue(&self, installation: &Installation, fields: &Object) -> Result<Ticket> {
        create::create(&self.jira(installation)?, fields).await
    }

    async fn get_issue(&self, installation: &Installation, key: &str) -> Result<Ticket> {
        ticket::get(&self.jira(installation)?, key).await
    }

    fn issue_url(&self, installation: &Installation, key: &str) -> String {
        let base = installation.secrets.metadata_text("base_url").unwrap_or_default();
        format!("{base}/browse/{key}")
    }

    async fn after_link(
        &self,
        installation: &Installation,
        issue: &IssueInfo,
        ticket: &Ticket,
    ) -> Result<()> {
        remote_link::add(&self.jira(installation)?, installation, issue, &ticket.key).await
    }

    async fn after_unlink(&self, installation: &Installation, issue_id: i64, key: &str) -> Result<()> {
        remote_link::remove(&self.jira(installation)?, issue_id, key).await
    }

    fn quote_comment(&self, author: &str, text: &str) -> String {
        comments::quote(author, text)
    }

    async fn create_comment(&self, installation: &Installation, key: &str, text: &str) -> Result<String> {
        comments::create(&self.jira(installation)?, key, text).await
    }

    async fn update_comment(
        &self,
        installation: &Installation,
        key: &str,
        comment_id: &str,
        text: &str,
    ) -> Result<()> {
        comments::update(&self.jira(installation)?, key, comment_id, text).await
    }

    async fn sync_assignee_outbound(
        &self,
        installation: &Installation,
        key: &str,
        assignee: Option<&Assignee>,
    ) -> Result<()> {
        assignee::sync(&self.jira(installation)?, key, assignee).await
    }

    async fn sync_status_outbound(
        &self,
        installation: &Installation,
        ticket: &Ticket,
        status: &str,
    ) -> Result<()> {
        status::sync(&self.jira(installation)?, ticket, status).await
    }

    async fn resolve_action(&self, installation: &Installation, data: &Value) -> Result<Option<Action>> {
        status::resolve_action(&self.jira(installation)?, data).await
    }

    fn locate(&self, request: &InboundRequest) -> Result<Located, InboundAnswer> {
        inbound::locate(request)
    }

    fn receive(
        &self,
        request: &InboundRequest,
        secrets: Option<&Secrets>,
    ) -> Result<Received, InboundAnswer> {
        inbound::receive(request, secrets)
    }

    async fn check_webhook(&self, installation: &Installation) -> Result<bool> {
        webhook::check(&self.jira(installation)?, installation).await
    }

    async fn probe(&self, installation: &Installation) -> Result<()> {
        self.jira(installation)?.get::<Value>("rest/api/2/myself", &[]).await.map(drop)
    }

    async fn uninstall(&self, installation: &Installation) -> Result<()> {
        webhook::remove(&self.jira(installation)?, &installation.secrets.metadata).await
    }
}
