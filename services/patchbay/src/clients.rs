//! gRPC clients of the services over one channel.

use patchbay_proto::auth_token::sessions_client::SessionsClient;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::event_fanout::events_client::EventsClient;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::webhook_sender::webhooks_client::WebhooksClient;
use patchbay_rpc::Channel;

#[derive(Clone, Debug)]
pub struct Clients {
    pub directory: DirectoryClient<Channel>,
    pub projects: ProjectsClient<Channel>,
    pub issues: IssuesClient<Channel>,
    pub tokens: TokensClient<Channel>,
    pub sessions: SessionsClient<Channel>,
    pub events: EventsClient<Channel>,
    pub webhooks: WebhooksClient<Channel>,
}

impl Clients {
    pub fn new(channel: &Channel) -> Self {
        Self {
            directory: DirectoryClient::new(channel.clone()),
            projects: ProjectsClient::new(channel.clone()),
            issues: IssuesClient::new(channel.clone()),
            tokens: TokensClient::new(channel.clone()),
            sessions: SessionsClient::new(channel.clone()),
            events: EventsClient::new(channel.clone()),
            webhooks: WebhooksClient::new(channel.clone()),
        }
    }
}
