//! The provider for GitHub: github.com and GitHub Enterprise Server (REST API of 2022-11-28).
//!
//! It acts as a GitHub App: the application proves itself with a signed token, and gets a token for each account on which it is
//! installed. Facts about GitHub are from its documentation.

mod api;
mod app;
mod assignee;
mod built;
mod calls;
mod comments;
mod config;
mod create;
mod descriptor;
mod errors;
mod forms;
mod inbound;
mod key;
mod repositories;
mod search;
mod settings;
mod setup;
mod status;
mod ticket;
mod token;

use async_trait::async_trait;
use patchbay_egress::Method;
use patchbay_provider::{
    Action, Assignee, Built, Choice, Descriptor, Field, InboundAnswer, InboundRequest, Installation,
    IssueInfo, Located, Object, Provider, Received, Result, Search, Secrets, SetupState, StatusMapping,
    StepView, Ticket,
};
use serde_json::Value;

use crate::api::Api;
use crate::app::App;
pub use crate::config::{Config, ConfigError};
use crate::repositories::Cache;

/// Key of the provider.
pub const KEY: &str = "github";

/// The provider.
#[derive(Debug)]
pub struct GitHub {
    descriptor: Descriptor,
    app: App,
    cache: Cache,
}

impl GitHub {
    /// The provider with an application of GitHub.
    ///
    /// # Errors
    /// The private key or the address cannot be used.
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        Ok(Self { descriptor: descriptor::descriptor(), app: App::new(config)?, cache: Cache::new() })
    }

    fn api<'a>(&'a self, installation: &'a Installation) -> Api<'a> {
        Api::of(&self.app, installation)
    }
}

#[async_trait]
impl Provider for GitHub {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn show_step(&self, step: &str, state: &mut SetupState) -> Result<StepView> {
        setup::show(&self.app, step, state).await
    }

    async fn answer_step(&self, step: &str, fields: &Object, state: &mut SetupState) -> Result<()> {
        setup::answer(&self.app, step, fields, state).await
    }

    async fn build(&self, state: &SetupState) -> Result<Built> {
        setup::build(&self.app, state).await
    }

    /// Nothing was made: the application has one webhook for all.
    async fn undo_build(&self, _built: &Built, _state: &SetupState) -> Result<()> {
        Ok(())
    }

    async fn status_mapping(&self, installation: &Installation) -> Result<StatusMapping> {
        let repositories = self.cache.repositories(&self.api(installation)).await?;
        Ok(status::mapping(&repositories, installation))
    }

    async fn create_form(
        &self,
        installation: &Installation,
        issue: Option<&IssueInfo>,
        chosen: &Object,
    ) -> Result<Vec<Field>> {
        let api = self.api(installation);
        let repositories = self.cache.repositories(&api).await?;
        forms::create(&api, &repositories, issue, chosen).await
    }

    async fn link_form(&self, installation: &Installation, issue: &IssueInfo) -> Result<Vec<Field>> {
        let repositories = self.cache.repositories(&self.api(installation)).await?;
        Ok(forms::link(&repositories, installation, issue))
    }

    async fn search(&self, installation: &Installation, search: &Search) -> Result<Vec<Choice>> {
        let api = self.api(installation);
        match search.field.as_str() {
            "repo" => Ok(search::repositories(self.cache.repositories(&api).await?.as_ref(), &search.query)),
            _ => search::in_repository(&api, search).await,
        }
    }

    fn ticket_key(&self, installation: &Installation, fields: &Object) -> Result<String> {
        let key = key::entered(fields, self.app.host(), &installation.integration.name)?;
        Ok(key.to_string())
    }

    async fn create_issue(&self, installation: &Installation, fields: &Object) -> Result<Ticket> {
        create::create(&self.api(installation), fields).await
    }

    async fn get_issue(&self, installation: &Installation, key: &str) -> Result<Ticket> {
        ticket::get(&self.api(installation), key).await
    }

    fn issue_url(&self, _installation: &Installation, key: &str) -> String {
        format!("{}/{}", self.app.web(), key.replacen('#', "/issues/", 1))
    }

    fn display_name(&self, key: &str) -> String {
        key.to_owned()
    }

    fn quote_comment(&self, author: &str, text: &str) -> String {
        comments::quote(author, text)
    }

    async fn create_comment(&self, installation: &Installation, key: &str, text: &str) -> Result<String> {
        comments::create(&self.api(installation), key, text).await
    }

    async fn update_comment(
        &self,
        installation: &Installation,
        key: &str,
        comment_id: &str,
        text: &str,
    ) -> Result<()> {
        comments::update(&self.api(installation), key, comment_id, text).await
    }

    async fn sync_assignee_outbound(
        &self,
        installation: &Installation,
        key: &str,
        assignee: Option<&Assignee>,
    ) -> Result<()> {
        assignee::sync(&self.api(installation), key, assignee).await
    }

    async fn sync_status_outbound(
        &self,
        installation: &Installation,
        ticket: &Ticket,
        status: &str,
    ) -> Result<()> {
        status::sync(&self.api(installation), ticket, status).await
    }

    async fn resolve_action(&self, _installation: &Installation, data: &Value) -> Result<Option<Action>> {
        Ok(status::resolve_action(data))
    }

    fn locate(&self, request: &InboundRequest) -> Result<Located, InboundAnswer> {
        Ok(inbound::locate(request))
    }

    fn receive(
        &self,
        request: &InboundRequest,
        secrets: Option<&Secrets>,
    ) -> Result<Received, InboundAnswer> {
        inbound::receive(&self.app, request, secrets)
    }

    async fn probe(&self, installation: &Installation) -> Result<()> {
        let api = self.api(installation);
        let found = api.send(Method::GET, "installation/repositories", &[("per_page", "1")], None).await?;
        found.json::<Value>().map(drop)
    }

    /// The application is removed at GitHub, by a person.
    async fn uninstall(&self, _installation: &Installation) -> Result<()> {
        Ok(())
    }
}
