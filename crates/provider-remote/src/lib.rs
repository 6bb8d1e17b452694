//! Providers outside the process: a program in any language that is called over HTTP and sends webhooks.
//!
//! `docs/integrations/provider-protocol.md` describes the protocol. An operator lists the programs in a file ([`read`]); a program has no part in
//! the process, so that its failures are those of a tracker.

mod account;
mod calls;
mod descriptor;
mod forms;
mod inbound;
mod list;
mod ticket;

use async_trait::async_trait;
use patchbay_provider::{
    Action, Assignee, Built, Choice, Descriptor, Field, InboundAnswer, InboundRequest, Installation,
    IssueInfo, Located, Object, Provider, Received, Result, Search, Secrets, SetupState, StatusMapping,
    StepView, Ticket,
};
use serde_json::{Value, json};

use crate::calls::{Done, Program};
pub use crate::list::read;

/// A provider whose work a program does.
#[derive(Debug)]
pub struct Remote {
    descriptor: Descriptor,
    /// The fields of the only step of the setup.
    setup: Vec<Field>,
    /// The word for a project.
    project_noun: String,
    program: Program,
}

impl Remote {
    /// Calls an operation for an installation. The arguments are an object.
    async fn call<T: serde::de::DeserializeOwned>(
        &self,
        installation: &Installation,
        operation: &str,
        mut arguments: Value,
    ) -> Result<T> {
        arguments["installation"] = account::message(installation);
        self.program.call(&installation.client, operation, &arguments).await
    }
}

#[async_trait]
impl Provider for Remote {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn show_step(&self, _step: &str, _state: &mut SetupState) -> Result<StepView> {
        Ok(StepView { form: self.setup.clone(), ..StepView::default() })
    }

    async fn answer_step(&self, _step: &str, fields: &Object, state: &mut SetupState) -> Result<()> {
        account::connect(&self.program, &self.setup, fields, state).await
    }

    async fn build(&self, state: &SetupState) -> Result<Built> {
        account::build(&self.program, &self.descriptor.path, state).await
    }

    async fn undo_build(&self, built: &Built, state: &SetupState) -> Result<()> {
        let arguments = json!({ "installation": account::of_setup(&built.external_id, &built.metadata) });
        self.program.call::<Done>(&state.client, "remove_webhook", &arguments).await.map(drop)
    }

    async fn status_mapping(&self, installation: &Installation) -> Result<StatusMapping> {
        let found: forms::Statuses = self.call(installation, "statuses", json!({})).await?;
        Ok(found.mapping(&self.project_noun))
    }

    async fn create_form(
        &self,
        installation: &Installation,
        issue: Option<&IssueInfo>,
        chosen: &Object,
    ) -> Result<Vec<Field>> {
        let arguments =
            json!({ "issue": issue.map(|issue| forms::issue(issue, installation)), "chosen": chosen });
        let found: forms::Form = self.call(installation, "create_form", arguments).await?;
        found.fields(&forms::search_url(installation, &self.descriptor.path))
    }

    async fn link_form(&self, installation: &Installation, issue: &IssueInfo) -> Result<Vec<Field>> {
        Ok(forms::link(installation, issue, &self.descriptor.path))
    }

    async fn search(&self, installation: &Installation, search: &Search) -> Result<Vec<Choice>> {
        let arguments = json!({ "field": search.field, "query": search.query, "project": search.project });
        let found: forms::Choices = self.call(installation, "search", arguments).await?;
        Ok(found.choices())
    }

    fn ticket_key(&self, _installation: &Installation, fields: &Object) -> Result<String> {
        let key = match fields.get("externalIssue") {
            Some(Value::Number(number)) => number.to_string(),
            other => other.and_then(Value::as_str).unwrap_or_default().trim().to_owned(),
        };
        Ok(key)
    }

    async fn create_issue(&self, installation: &Installation, fields: &Object) -> Result<Ticket> {
        let made: ticket::Message =
            self.call(installation, "create_ticket", json!({ "fields": fields })).await?;
        made.ticket()
    }

    async fn get_issue(&self, installation: &Installation, key: &str) -> Result<Ticket> {
        let found: ticket::Message = self.call(installation, "get_ticket", json!({ "key": key })).await?;
        found.ticket()
    }

    fn issue_url(&self, installation: &Installation, key: &str) -> String {
        account::ticket_url(&installation.secrets, key)
    }

    fn quote_comment(&self, author: &str, text: &str) -> String {
        ticket::quote(author, text)
    }

    async fn create_comment(&self, installation: &Installation, key: &str, text: &str) -> Result<String> {
        let arguments = json!({ "key": key, "text": text });
        let made: ticket::Comment = self.call(installation, "create_comment", arguments).await?;
        made.id()
    }

    async fn update_comment(
        &self,
        installation: &Installation,
        key: &str,
        comment_id: &str,
        text: &str,
    ) -> Result<()> {
        let arguments = json!({ "key": key, "id": comment_id, "text": text });
        self.call::<Done>(installation, "update_comment", arguments).await.map(drop)
    }

    async fn sync_assignee_outbound(
        &self,
        installation: &Installation,
        key: &str,
        assignee: Option<&Assignee>,
    ) -> Result<()> {
        let assignee = assignee.map(|it| json!({ "names": it.names, "emails": it.emails }));
        let arguments = json!({ "key": key, "assignee": assignee });
        self.call::<Done>(installation, "assign", arguments).await.map(drop)
    }

    async fn sync_status_outbound(
        &self,
        installation: &Installation,
        ticket: &Ticket,
        status: &str,
    ) -> Result<()> {
        let arguments = json!({ "key": ticket.key, "status": status });
        self.call::<Done>(installation, "set_status", arguments).await.map(drop)
    }

    async fn resolve_action(&self, _installation: &Installation, data: &Value) -> Result<Option<Action>> {
        Ok(inbound::action(data))
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
        let url = account::webhook_of(installation, &self.descriptor.path)?;
        let answer: account::Webhook =
            self.call(installation, "create_webhook", json!({ "url": url })).await?;
        Ok(answer.created)
    }

    async fn probe(&self, installation: &Installation) -> Result<()> {
        self.call::<Done>(installation, "probe", json!({})).await.map(drop)
    }

    async fn uninstall(&self, installation: &Installation) -> Result<()> {
        self.call::<Done>(installation, "remove_webhook", json!({})).await.map(drop)
    }
}
