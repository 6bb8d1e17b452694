//! A process from reading its settings to its stop.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use patchbay_bus::Bus;
use patchbay_db::{Db, Migrations};
use patchbay_domain::Clock;
use patchbay_domain::sealed::SealingKeys;
use patchbay_rpc::{Channel, Listener, Server, Target};
use patchbay_runtime::admin::{self, AdminServer};
use patchbay_runtime::connections::{Defaults, Limits, Port};
use patchbay_runtime::telemetry::{self, Telemetry};
use patchbay_runtime::{AdminConfig, Runtime, Settings, TelemetryConfig};
use tokio::net::TcpListener;

use crate::Binary;
use crate::connect::{self, Connections};

/// Time limit of a readiness check.
const CHECK_DEADLINE: Duration = Duration::from_secs(2);

/// Services keep a channel for days. A channel that was closed while idle reconnects with its next call.
const GRPC_DEFAULTS: Defaults = Defaults { max: "1024", max_per_address: "256", idle: "10m" };

/// A process with one or several services. The crate documentation shows the order of calls.
#[derive(Debug)]
pub struct Process {
    settings: Settings,
    name: &'static str,
    connections: Connections,
    telemetry_config: TelemetryConfig,
    admin_config: AdminConfig,
    grpc_listen: SocketAddr,
    grpc_limits: Limits,
    drain_timeout: Duration,
    telemetry: Mutex<Option<Telemetry>>,
    /// Shared with all services of the process.
    pub runtime: Runtime,
}

impl Process {
    /// Reads the settings that every service has. Opens nothing.
    pub fn new(binary: Binary, settings: Settings) -> Self {
        let section = settings.section("Process");
        let default_listen = format!("127.0.0.1:{}", connect::port(binary.name));
        Self {
            name: binary.name,
            connections: Connections::read(&settings),
            telemetry_config: TelemetryConfig::read(&settings),
            admin_config: AdminConfig::read(&settings),
            grpc_listen: section.get("GRPC_LISTEN", &default_listen, "Address of the gRPC port."),
            grpc_limits: Limits::read(&section, "GRPC", "the gRPC port", GRPC_DEFAULTS),
            drain_timeout: section.get(
                "DRAIN_TIMEOUT",
                "30s",
                "How long running work may take to finish at a stop.",
            ),
            telemetry: Mutex::new(None),
            runtime: Runtime::new(Clock::system()),
            settings,
        }
    }

    /// The settings, from which a service reads its own.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Reads the address of another service of [`PEERS`](crate::PEERS).
    pub fn peer(&self, name: &str) -> Target {
        connect::peer(&self.settings, name)
    }

    /// Reads the keys that encrypt stored secrets.
    pub fn sealing_keys(&self) -> SealingKeys {
        connect::sealing_keys(&self.settings)
    }

    /// Completes the reading of settings and starts logging.
    ///
    /// # Errors
    /// [`SettingsError`](patchbay_runtime::SettingsError) with all problems. Unknown settings are only
    /// logged, because services share environments and files.
    pub fn configured(&self) -> anyhow::Result<()> {
        let unknown = self.settings.finish_sharing()?;
        let telemetry = telemetry::init(&self.telemetry_config, self.name)?;
        *self.telemetry.lock().unwrap_or_else(PoisonError::into_inner) = Some(telemetry);
        for problem in unknown {
            tracing::debug!("{problem}");
        }
        self.runtime.stop.listen_for_signals().context("cannot listen for signals")?;
        Ok(())
    }

    /// Opens the database of a service. Checks that no migration is pending, or migrates the database if
    /// `MIGRATE_AT_START` is set.
    ///
    /// # Errors
    /// The database is unavailable, or migrations are pending.
    pub async fn database(
        &self,
        service: &'static str,
        migrations: &'static Migrations,
    ) -> anyhow::Result<Db> {
        let db = self.open(service, migrations).await?;
        if self.connections.migrate_at_start {
            db.migrate().await?;
        }
        db.ready().await?;
        let checked = db.clone();
        self.runtime.readiness.check(format!("{service}-database"), CHECK_DEADLINE, move || {
            let db = checked.clone();
            async move { db.ping().await }
        });
        Ok(db)
    }

    /// Migrates the database of a service and prints the applied migrations.
    ///
    /// # Errors
    /// The database is unavailable, or a migration fails, which is then rolled back.
    pub async fn migrate(
        &self,
        service: &'static str,
        migrations: &'static Migrations,
    ) -> anyhow::Result<()> {
        let applied = self.open(service, migrations).await?.migrate().await?;
        tracing::info!(service, applied = ?applied, "the database is up to date");
        Ok(())
    }

    async fn open(&self, service: &'static str, migrations: &'static Migrations) -> anyhow::Result<Db> {
        let config = &self.connections.database;
        Db::connect(config, service, migrations)
            .await
            .with_context(|| format!("cannot open the database of {service}"))
    }

    /// The message bus.
    ///
    /// # Errors
    /// `BUS_URL` is not a valid address. An unavailable broker is not an error: the bus connects in the
    /// background.
    pub fn bus(&self) -> anyhow::Result<Bus> {
        let bus = self.connections.bus()?;
        let checked = bus.clone();
        self.runtime.readiness.check("bus", CHECK_DEADLINE, move || {
            let bus = checked.clone();
            async move { bus.healthy() }
        });
        Ok(bus)
    }

    /// A channel to another service.
    ///
    /// # Errors
    /// The URL is invalid, or certificates cannot be read.
    pub fn channel(&self, target: &Target) -> anyhow::Result<Channel> {
        target.channel(&self.connections.security)
    }

    /// Binds the gRPC port.
    ///
    /// # Errors
    /// The port is in use.
    pub async fn bind(&self) -> anyhow::Result<Port> {
        let listener = TcpListener::bind(self.grpc_listen).await;
        let listener =
            listener.with_context(|| taken("gRPC port", self.grpc_listen, "PATCHBAY_GRPC_LISTEN"))?;
        tracing::info!(address = %listener.local_addr()?, "gRPC listens");
        Ok(Port::new("grpc", listener, self.grpc_limits.clone(), &self.runtime.metrics))
    }

    /// Opens the admin port.
    ///
    /// # Errors
    /// The port is in use.
    pub async fn admin(&self) -> anyhow::Result<AdminServer> {
        let address = self.admin_config.listen;
        admin::start(
            &self.admin_config,
            self.runtime.metrics.clone(),
            self.runtime.readiness.clone(),
            &self.runtime.stop,
        )
        .await
        .with_context(|| taken("admin port", address, "PATCHBAY_ADMIN_LISTEN"))
    }

    /// Serves gRPC and the admin port on the addresses in the settings until a stop is requested, then waits
    /// for running work.
    ///
    /// # Errors
    /// A port is in use; a worker fails; tasks do not finish in time.
    pub async fn serve(self, server: Server) -> anyhow::Result<()> {
        let listeners = vec![Listener::Tcp(self.bind().await?)];
        let admin = self.admin().await?;
        self.serve_on(server, listeners, admin).await
    }

    /// [`Process::serve`] with listeners that are open already.
    ///
    /// # Errors
    /// A worker fails; tasks do not finish in time.
    pub async fn serve_on(
        self,
        server: Server,
        listeners: Vec<Listener>,
        admin: impl Into<Option<AdminServer>> + Send,
    ) -> anyhow::Result<()> {
        let admin = admin.into();
        let security = self.connections.security.clone();
        let stop = self.runtime.stop.clone();
        self.runtime.stop.spawn("grpc", async move { server.serve(listeners, &security, stop).await });
        self.until_stopped(admin).await
    }

    /// Waits for a stop request, then for running work. The admin port answers until the end.
    ///
    /// # Errors
    /// A worker fails; tasks do not finish in time.
    pub async fn until_stopped(self, admin: impl Into<Option<AdminServer>>) -> anyhow::Result<()> {
        let admin = admin.into();
        self.runtime.stop.requested().await;
        tracing::info!("stopping");
        let drained = self.runtime.stop.drain(self.drain_timeout).await;
        drop(admin);
        let telemetry = self.telemetry.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(telemetry) = telemetry {
            telemetry.shutdown().await;
        }
        Ok(drained?)
    }
}

fn taken(what: &str, address: SocketAddr, variable: &str) -> String {
    format!("cannot listen on {address} ({what}); choose another address with {variable}")
}

/// Runs a future on a new Tokio runtime.
pub fn block_on<F>(future: F) -> F::Output
where
    F: Future,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("the system can start threads").block_on(future)
}
