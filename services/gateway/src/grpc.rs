//! The services behind the gateway.

use patchbay_proto::auth_token::sessions_client::SessionsClient;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::event_fanout::events_client::EventsClient;
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_proto::installation::app_tokens_client::AppTokensClient;
use patchbay_proto::installation::installations_client::InstallationsClient;
use patchbay_proto::installation::mail_client::MailClient;
use patchbay_proto::installation::publishing_client::PublishingClient;
use patchbay_proto::issue_sync::external_actors_client::ExternalActorsClient;
use patchbay_proto::issue_sync::inbound_client::InboundClient;
use patchbay_proto::issue_sync::integrations_client::IntegrationsClient;
use patchbay_proto::issue_sync::links_client::LinksClient;
use patchbay_proto::issue_sync::setup_client::SetupClient;
use patchbay_proto::tracker::alerts_client::AlertsClient;
use patchbay_proto::tracker::audit_client::AuditClient;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::webhook_sender::webhooks_client::WebhooksClient;
use patchbay_rpc::{Channel, MAX_MESSAGE_BYTES};

/// Where the services are.
#[derive(Clone, Debug)]
pub struct Channels {
    /// Apps and installations.
    pub installation: Channel,
    /// Tokens and sessions.
    pub auth_token: Channel,
    /// Organizations, users, projects and issues.
    pub tracker: Channel,
    /// Events, and to which installations they were sent.
    pub event_fanout: Channel,
    /// The log of webhooks.
    pub webhook_sender: Channel,
    /// Integrations with outside trackers.
    pub issue_sync: Channel,
}

impl Channels {
    pub(crate) fn apps(&self) -> AppRegistryClient<Channel> {
        AppRegistryClient::new(self.installation.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    pub(crate) fn app_tokens(&self) -> AppTokensClient<Channel> {
        AppTokensClient::new(self.installation.clone())
    }

    pub(crate) fn installations(&self) -> InstallationsClient<Channel> {
        InstallationsClient::new(self.installation.clone())
    }

    pub(crate) fn mail(&self) -> MailClient<Channel> {
        MailClient::new(self.installation.clone())
    }

    pub(crate) fn publishing(&self) -> PublishingClient<Channel> {
        PublishingClient::new(self.installation.clone())
    }

    pub(crate) fn tokens(&self) -> TokensClient<Channel> {
        TokensClient::new(self.auth_token.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    pub(crate) fn sessions(&self) -> SessionsClient<Channel> {
        SessionsClient::new(self.auth_token.clone())
    }

    pub(crate) fn directory(&self) -> DirectoryClient<Channel> {
        DirectoryClient::new(self.tracker.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    pub(crate) fn audit(&self) -> AuditClient<Channel> {
        AuditClient::new(self.tracker.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    pub(crate) fn projects(&self) -> ProjectsClient<Channel> {
        ProjectsClient::new(self.tracker.clone())
    }

    pub(crate) fn alerts(&self) -> AlertsClient<Channel> {
        AlertsClient::new(self.tracker.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    pub(crate) fn issues(&self) -> IssuesClient<Channel> {
        IssuesClient::new(self.tracker.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    pub(crate) fn events(&self) -> EventsClient<Channel> {
        EventsClient::new(self.event_fanout.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    pub(crate) fn integrations(&self) -> IntegrationsClient<Channel> {
        IntegrationsClient::new(self.issue_sync.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    pub(crate) fn setup(&self) -> SetupClient<Channel> {
        SetupClient::new(self.issue_sync.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    pub(crate) fn links(&self) -> LinksClient<Channel> {
        LinksClient::new(self.issue_sync.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    pub(crate) fn external_actors(&self) -> ExternalActorsClient<Channel> {
        ExternalActorsClient::new(self.issue_sync.clone())
    }

    pub(crate) fn inbound(&self) -> InboundClient<Channel> {
        InboundClient::new(self.issue_sync.clone())
    }

    pub(crate) fn webhooks(&self) -> WebhooksClient<Channel> {
        WebhooksClient::new(self.webhook_sender.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES)
    }
}
