//! The interface of a provider: its answers, and its inputs.
//!
//! A provider knows one kind of tracker. Everything else stands once, in the service: rows, encryption, switches, loop guards, order,
//! retries, rate limits, health, words of common failures. A provider keeps no state of its own.

mod change;
mod client;
mod descriptor;
mod error;
mod form;
mod inbound;
mod installation;
mod limiter;
pub mod oauth1;
mod setup;
mod ticket;

use std::fmt;

use async_trait::async_trait;

pub use change::{Action, Change, ExternalUser, IntegrationChange, Timed};
pub use client::{Client, Explained, Request, Response, Transport};
pub use descriptor::{Descriptor, Feature, FeatureText, IntegrationKind, Metadata, Setting, SettingKind};
pub use error::{Failure, Kind, Problem};
pub use form::{Choice, Field, FieldKind};
pub use inbound::{InboundAnswer, InboundRequest, Located, Received};
pub use installation::{Installation, IntegrationInfo, Organization, Renew, Secrets, Vault};
pub use limiter::Limiters;
pub use setup::{Built, ExternalIdentity, SetupState, StepView};
pub use ticket::{Assignee, IssueInfo, Search, StatusMapping, Ticket};

/// A JSON object.
pub type Object = serde_json::Map<String, serde_json::Value>;

/// The result of a provider.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// One kind of tracker.
///
/// Futures may be dropped at any await; the service then does not know whether the tracker was changed, and repeats only what may be
/// repeated. Texts of failures are shown to people and stored: no credentials, no bodies.
#[async_trait]
pub trait Provider: fmt::Debug + Send + Sync {
    /// Its description; the same for the life of the process.
    fn descriptor(&self) -> &Descriptor;

    // Setup.

    /// Shows a step. It may note things in `state.data`.
    async fn show_step(&self, step: &str, state: &mut SetupState) -> Result<StepView>;

    /// Takes the fields of a step and notes in `state.data` what later steps need. After a failure the setup stays at the step, and
    /// what was noted is dropped.
    async fn answer_step(&self, step: &str, fields: &Object, state: &mut SetupState) -> Result<()>;

    /// Connects the account after the last step: checks the credentials and makes the webhook. Nothing in the result may be specific
    /// to the organization.
    async fn build(&self, state: &SetupState) -> Result<Built>;

    /// Removes at the tracker what [`Provider::build`] made there, because the integration could not be stored.
    async fn undo_build(&self, built: &Built, state: &SetupState) -> Result<()>;

    /// Called once after the integration is stored. A failure is logged and does not undo the setup.
    async fn after_install(&self, _installation: &Installation) -> Result<()> {
        Ok(())
    }

    // Settings.

    /// What statuses of issues can be mapped to, for the setting of kind [`SettingKind::StatusMapping`].
    async fn status_mapping(&self, installation: &Installation) -> Result<StatusMapping>;

    /// Checks settings beyond their kinds, before they are stored.
    async fn check_settings(&self, _installation: &Installation, _changes: &Object) -> Result<()> {
        Ok(())
    }

    // Tickets.

    /// The form of a new ticket. `issue` is `None` for an alert rule, whose issues do not exist yet.
    async fn create_form(
        &self,
        installation: &Installation,
        issue: Option<&IssueInfo>,
        chosen: &Object,
    ) -> Result<Vec<Field>>;

    /// The form to link a ticket.
    async fn link_form(&self, installation: &Installation, issue: &IssueInfo) -> Result<Vec<Field>>;

    /// Finds choices for a field of a form.
    async fn search(&self, installation: &Installation, search: &Search) -> Result<Vec<Choice>>;

    /// The key of a ticket in the form in which it is stored, from what a person entered (the fields of the form to link a ticket).
    fn ticket_key(&self, installation: &Installation, fields: &Object) -> Result<String>;

    /// Creates a ticket.
    async fn create_issue(&self, installation: &Installation, fields: &Object) -> Result<Ticket>;

    /// Reads a ticket. A ticket that does not exist is [`Kind::Gone`].
    async fn get_issue(&self, installation: &Installation, key: &str) -> Result<Ticket>;

    /// The URL of a ticket.
    fn issue_url(&self, installation: &Installation, key: &str) -> String;

    /// A name of a ticket for people; empty if its key is good enough.
    fn display_name(&self, _key: &str) -> String {
        String::new()
    }

    /// Called after a ticket was created or linked, for example to leave a link at the ticket. A failure is recorded and does not undo
    /// the link.
    async fn after_link(
        &self,
        _installation: &Installation,
        _issue: &IssueInfo,
        _ticket: &Ticket,
    ) -> Result<()> {
        Ok(())
    }

    /// Called after a link ended. A failure is recorded.
    async fn after_unlink(&self, _installation: &Installation, _issue_id: i64, _key: &str) -> Result<()> {
        Ok(())
    }

    /// Writes a comment of a person as the tracker shows quotes. `author` is a display name.
    fn quote_comment(&self, author: &str, text: &str) -> String;

    /// Writes a comment and returns its id at the tracker.
    async fn create_comment(&self, installation: &Installation, key: &str, text: &str) -> Result<String>;

    /// Changes a comment.
    async fn update_comment(
        &self,
        installation: &Installation,
        key: &str,
        comment_id: &str,
        text: &str,
    ) -> Result<()>;

    // Synchronisation.

    /// Assigns a ticket, or unassigns it (`None`). A person without a user at the tracker is [`Kind::NoUser`], and the ticket stays as
    /// it is.
    async fn sync_assignee_outbound(
        &self,
        installation: &Installation,
        key: &str,
        assignee: Option<&Assignee>,
    ) -> Result<()>;

    /// Sets the status of a ticket to one of [`StatusMapping::statuses`]. A status that cannot be reached is [`Kind::NoTransition`].
    async fn sync_status_outbound(
        &self,
        installation: &Installation,
        ticket: &Ticket,
        status: &str,
    ) -> Result<()>;

    /// The meaning of a change of status, from the data of [`Change::Status`]. It may ask the tracker.
    async fn resolve_action(
        &self,
        installation: &Installation,
        data: &serde_json::Value,
    ) -> Result<Option<Action>>;

    // Inbound.

    /// Finds the integration that a webhook is for, before its credentials are read.
    fn locate(&self, request: &InboundRequest) -> Result<Located, InboundAnswer>;

    /// Checks the token or signature of a webhook, in constant time, and reads its changes. `secrets` is `None` if the webhook is for
    /// no integration, or for one that is not known.
    fn receive(&self, request: &InboundRequest, secrets: Option<&Secrets>)
    -> Result<Received, InboundAnswer>;

    // Upkeep and removal.

    /// Makes the webhook at the tracker again if it was removed. Returns whether it did.
    async fn check_webhook(&self, _installation: &Installation) -> Result<bool> {
        Ok(false)
    }

    /// Asks the tracker for something cheap, to find out whether it works again.
    async fn probe(&self, installation: &Installation) -> Result<()>;

    /// Removes the webhook at the tracker, when the last organization leaves.
    async fn uninstall(&self, installation: &Installation) -> Result<()>;
}
