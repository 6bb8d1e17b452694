//! Finds the services that the operator's commands call.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use patchbay_gateway::http_listen;
use patchbay_process::{Binary, Process};
use patchbay_proto::auth_token::sessions_client::SessionsClient;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_proto::installation::encryption_client::EncryptionClient;
use patchbay_proto::installation::event_types_client::EventTypesClient;
use patchbay_proto::installation::publishing_client::PublishingClient;
use patchbay_proto::issue_sync::encryption_client::EncryptionClient as IntegrationsEncryptionClient;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_rpc::{Channel, Target};
use patchbay_runtime::Settings;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use crate::all_in_one::{AllInOne, Plan};
use crate::data_folder::DataFolder;
use crate::up::data_dir;

/// How long to wait for a data folder that is locked by a process without an announced address: one that is starting, or another
/// command that is about to finish.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(50);

/// If this setting is present, the commands call a deployment, otherwise a data folder.
const DEPLOYED: &str = "TRACKER_URL";

#[derive(Debug)]
pub(super) struct Connection {
    tracker: Channel,
    auth_token: Channel,
    installation: Channel,
    issue_sync: Channel,
    /// Public URL of the platform, without a slash at the end.
    pub(super) base_url: String,
    /// Where the services are, for error messages.
    pub(super) place: String,
    /// The services started for this command, and their data folder.
    here: Option<(AllInOne, DataFolder)>,
}

impl Connection {
    /// Connects to the services of the given data folder, of the deployment in the settings, or of the default data folder.
    ///
    /// # Errors
    /// Invalid settings, a data folder that cannot be used.
    pub(super) async fn open(settings: Settings, folder: Option<PathBuf>) -> anyhow::Result<Self> {
        let deployed: Option<String> = settings.optional(DEPLOYED, "URL of the tracker service.");
        match (folder, deployed) {
            (None, Some(_)) => deployment(&settings),
            (folder, _) => {
                let usual = data_dir(&settings);
                on_folder(settings, &folder.unwrap_or(usual)).await
            }
        }
    }

    /// Stops the services that were started for the command.
    ///
    /// # Errors
    /// Tasks that did not finish in time.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        let Some((running, _folder)) = self.here else { return Ok(()) };
        running.stop.request();
        running.stopped().await
    }

    pub(super) fn tracker(&self) -> &Channel {
        &self.tracker
    }

    pub(super) fn directory(&self) -> DirectoryClient<Channel> {
        DirectoryClient::new(self.tracker.clone())
    }

    pub(super) fn tokens(&self) -> TokensClient<Channel> {
        TokensClient::new(self.auth_token.clone())
    }

    pub(super) fn sessions(&self) -> SessionsClient<Channel> {
        SessionsClient::new(self.auth_token.clone())
    }

    pub(super) fn apps(&self) -> AppRegistryClient<Channel> {
        AppRegistryClient::new(self.installation.clone())
    }

    pub(super) fn event_types(&self) -> EventTypesClient<Channel> {
        EventTypesClient::new(self.installation.clone())
    }

    pub(super) fn encryption(&self) -> EncryptionClient<Channel> {
        EncryptionClient::new(self.installation.clone())
    }

    /// The same for the credentials of integrations.
    pub(super) fn encryption_of_integrations(&self) -> IntegrationsEncryptionClient<Channel> {
        IntegrationsEncryptionClient::new(self.issue_sync.clone())
    }

    pub(super) fn publishing(&self) -> PublishingClient<Channel> {
        PublishingClient::new(self.installation.clone())
    }

    /// A connection where one channel reaches all services.
    fn everything(channel: Channel, place: String, base_url: String) -> Self {
        Self {
            tracker: channel.clone(),
            auth_token: channel.clone(),
            installation: channel.clone(),
            issue_sync: channel,
            base_url,
            place,
            here: None,
        }
    }
}

/// Connects to the services at the URLs in the settings.
fn deployment(settings: &Settings) -> anyhow::Result<Connection> {
    let process = client(settings.clone());
    let (tracker, auth_token, installation) =
        (process.peer("tracker"), process.peer("auth-token"), process.peer("installation"));
    let issue_sync = process.peer("issue-sync");
    let base_url = public_url(settings)?;
    // The settings may contain those of the services, which are not declared here.
    process.settings().finish_sharing()?;
    Ok(Connection {
        tracker: process.channel(&tracker)?,
        auth_token: process.channel(&auth_token)?,
        installation: process.channel(&installation)?,
        issue_sync: process.channel(&issue_sync)?,
        base_url,
        place: [&tracker, &auth_token, &installation, &issue_sync].map(url).join(", "),
        here: None,
    })
}

fn url(target: &Target) -> &str {
    match target {
        Target::Url(url) => url,
        Target::Memory(_) => "this process",
    }
}

/// Connects to the process that has locked the data folder, or starts the services in this process if the folder is free.
async fn on_folder(settings: Settings, folder: &Path) -> anyhow::Result<Connection> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(data) = DataFolder::open_if_free(folder)? {
            return start_here(settings, data).await;
        }
        if let Some(running) = DataFolder::announcement(folder) {
            let secret = DataFolder::known_secret(folder, "service-secret")?;
            let settings = settings.with_default_override("SERVICE_SECRET", secret.expose());
            let process = client(settings);
            // Both processes have the same settings, so the port uses TLS if they name certificates.
            let tls: Option<PathBuf> =
                process.settings().optional("TLS_AUTHORITY", "PEM file of the authority.");
            let scheme = if tls.is_some() { "https" } else { "http" };
            process.settings().finish_sharing()?;
            let place = format!("{scheme}://{}", running.grpc);
            let channel = process.channel(&Target::Url(place.clone()))?;
            return Ok(Connection::everything(channel, place, running.base_url));
        }
        anyhow::ensure!(
            Instant::now() < deadline,
            "the data folder {} is in use by a process that does not announce its address",
            folder.display()
        );
        sleep(PAUSE).await;
    }
}

/// Starts all services in this process for one command. They process pending work in the meantime. The HTTP port is a free one
/// that is not announced.
async fn start_here(settings: Settings, data: DataFolder) -> anyhow::Result<Connection> {
    let public = public_url(&settings)?;
    let http = TcpListener::bind("127.0.0.1:0").await.context("cannot listen on loopback")?;
    let plan = Plan { data: &data, http, log: false, is_brief: true, public_url: Some(public.clone()) };
    let running = AllInOne::start(settings, plan).await?;
    let connection = Connection::everything(running.channel.clone(), "this process".to_owned(), public);
    Ok(Connection { here: Some((running, data)), ..connection })
}

fn public_url(settings: &Settings) -> anyhow::Result<String> {
    let given: Option<String> =
        settings.optional("PUBLIC_URL", "Address under which people and apps reach the platform.");
    let url = given.unwrap_or_else(|| format!("http://{}", http_listen(settings)));
    Ok(url.trim_end_matches('/').to_owned())
}

/// A process that only calls services: it needs neither a database nor a broker.
fn client(settings: Settings) -> Process {
    let settings =
        settings.with_default_override("DATABASE_URL", "unused").with_default_override("BUS_URL", "memory");
    Process::new(Binary { name: "patchbay", migrations: None }, settings)
}
