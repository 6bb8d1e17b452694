//! All services in this process, on one gRPC server. It is reached in memory and, by the product's services, over TCP.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use patchbay_domain::SecretString;
use patchbay_process::{Binary, Process};
use patchbay_provider::Provider;
use patchbay_rpc::{Channel, Listener, Server, Target};
use patchbay_runtime::admin::AdminServer;
use patchbay_runtime::{Settings, Stop};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::data_folder::DataFolder;

/// The inputs of [`AllInOne::start`].
#[derive(Debug)]
pub struct Plan<'a> {
    /// The locked folder with databases and secrets.
    pub data: &'a DataFolder,
    /// The bound port of the REST API. It is bound first, so that a port in use is reported before anything else is done.
    pub http: TcpListener,
    /// Whether to set up logging; false if another part of the process has done so.
    pub log: bool,
    /// Whether it runs for one command only. It then opens neither a gRPC nor an admin port.
    pub is_brief: bool,
    /// Public URL, if it differs from the address of `http`.
    pub public_url: Option<String>,
}

/// A running all-in-one Patchbay.
#[derive(Debug)]
pub struct AllInOne {
    /// `http://host:port` of the REST API.
    pub base_url: String,
    /// Address of the gRPC port; `None` if the plan is brief.
    pub grpc: Option<SocketAddr>,
    /// Address of the admin port; `None` if the plan is brief.
    pub admin: Option<SocketAddr>,
    /// A channel to every service.
    pub channel: Channel,
    pub stop: Stop,
    running: JoinHandle<anyhow::Result<()>>,
}

/// The settings of an all-in-one process, with defaults that need no configuration.
///
/// # Errors
/// The secrets cannot be written to the data folder.
pub fn settings(settings: Settings, plan: &Plan<'_>) -> anyhow::Result<Settings> {
    let database = format!("sqlite:{}", plan.data.path().display());
    let public_url = match &plan.public_url {
        Some(url) => url.clone(),
        None => format!("http://{}", plan.http.local_addr()?),
    };
    let secret = |name| -> anyhow::Result<SecretString> { plan.data.secret(name) };
    Ok(settings
        .with_default_override("DATABASE_URL", database)
        .with_default_override("MIGRATE_AT_START", "true")
        .with_default_override("BUS_URL", "memory")
        .with_default_override("GRPC_LISTEN", "127.0.0.1:50051")
        .with_default_override("PUBLIC_URL", public_url)
        .with_default_override("SERVICE_SECRET", secret("service-secret")?.expose())
        .with_default_override("ENCRYPTION_KEY", secret("encryption-key")?.expose())
        .with_default_override("AUTH_TOKEN_KEY", secret("token-key")?.expose())
        // Apps under development listen on the developer's own machine.
        .with_default_override("EGRESS_ALLOW", "localhost,127.0.0.0/8,::1/128"))
}

impl AllInOne {
    /// Starts all services and waits until they are ready.
    ///
    /// # Errors
    /// Invalid settings, a database that cannot be opened, a port in use.
    pub async fn start(base: Settings, plan: Plan<'_>) -> anyhow::Result<Self> {
        Self::start_with(base, plan, Vec::new()).await
    }

    /// As [`AllInOne::start`], with further providers of integrations.
    ///
    /// # Errors
    /// See [`AllInOne::start`].
    pub async fn start_with(
        base: Settings,
        plan: Plan<'_>,
        mut providers: Vec<Arc<dyn Provider>>,
    ) -> anyhow::Result<Self> {
        let process = Process::new(Binary { name: "patchbay", migrations: None }, settings(base, &plan)?);
        let installation_config = patchbay_installation::Config::read(process.settings());
        let auth_token_config = patchbay_auth_token::Config::read(process.settings());
        let event_fanout_config = patchbay_event_fanout::Config::read(process.settings());
        let webhook_sender_config = patchbay_webhook_sender::Config::read(process.settings());
        let tracker_config = patchbay_tracker::Config::read(process.settings());
        let issue_sync_config = patchbay_issue_sync::Config::read(process.settings());
        let gateway_config = patchbay_gateway::Config::read(process.settings());
        providers.extend(patchbay_issue_sync::providers(process.settings()));
        let sealing = process.sealing_keys();
        // All services have read their settings, so an unknown setting is a mistake.
        process.settings().finish()?;
        if plan.log {
            process.configured()?;
        }

        let (listener, connector) = patchbay_rpc::memory();
        let channel = process.channel(&Target::Memory(connector))?;
        let bus = process.bus()?;
        let mut server = Server::new()?;

        server = patchbay_tracker::start(
            server,
            process.runtime.clone(),
            process.database(patchbay_tracker::NAME, &patchbay_tracker::MIGRATIONS).await?,
            bus.clone(),
            tracker_config,
        )
        .await?;

        server = patchbay_auth_token::start(
            server,
            process.runtime.clone(),
            process.database(patchbay_auth_token::NAME, &patchbay_auth_token::MIGRATIONS).await?,
            auth_token_config,
        )
        .await?;

        server = patchbay_installation::start(
            server,
            process.runtime.clone(),
            process.database(patchbay_installation::NAME, &patchbay_installation::MIGRATIONS).await?,
            bus.clone(),
            patchbay_installation::Peers { auth_token: channel.clone(), tracker: channel.clone() },
            sealing.clone(),
            installation_config,
        )
        .await?;

        server = patchbay_issue_sync::start(
            server,
            process.runtime.clone(),
            process.database(patchbay_issue_sync::NAME, &patchbay_issue_sync::MIGRATIONS).await?,
            bus.clone(),
            patchbay_issue_sync::Peers { tracker: channel.clone(), installation: channel.clone() },
            sealing,
            providers,
            issue_sync_config,
        )
        .await?;

        server = patchbay_webhook_sender::start(
            server,
            process.runtime.clone(),
            process.database(patchbay_webhook_sender::NAME, &patchbay_webhook_sender::MIGRATIONS).await?,
            bus.clone(),
            channel.clone(),
            webhook_sender_config,
        )
        .await?;

        server = patchbay_event_fanout::start(
            server,
            process.runtime.clone(),
            process.database(patchbay_event_fanout::NAME, &patchbay_event_fanout::MIGRATIONS).await?,
            bus,
            patchbay_event_fanout::Peers { installation: channel.clone(), webhook_sender: channel.clone() },
            event_fanout_config,
        )
        .await?;

        let http_address = plan.http.local_addr()?;
        patchbay_gateway::start(
            plan.http,
            process.runtime.clone(),
            patchbay_gateway::Channels {
                installation: channel.clone(),
                auth_token: channel.clone(),
                tracker: channel.clone(),
                event_fanout: channel.clone(),
                webhook_sender: channel.clone(),
                issue_sync: channel.clone(),
            },
            gateway_config,
        )
        .await?;

        let mut listeners = vec![Listener::Memory(listener)];
        let (mut grpc, mut admin) = (None, None);
        if !plan.is_brief {
            let tcp = process.bind().await?;
            grpc = Some(tcp.local_addr()?);
            listeners.push(Listener::Tcp(tcp));
            admin = Some(process.admin().await?);
        }
        let stop = process.runtime.stop.clone();
        let admin_address = admin.as_ref().map(AdminServer::local_addr);
        let running = tokio::spawn(process.serve_on(server, listeners, admin));
        Ok(Self {
            base_url: format!("http://{http_address}"),
            grpc,
            admin: admin_address,
            channel,
            stop,
            running,
        })
    }

    /// Waits until all services have stopped, after a signal or a request of [`AllInOne::stop`].
    ///
    /// # Errors
    /// The failure of a worker; tasks that did not finish in time.
    pub async fn stopped(self) -> anyhow::Result<()> {
        self.running.await.context("the services did not stop in order")?
    }
}
