//! Patchbay in both modes.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use anyhow::{Context, ensure};
use patchbay_db::{Db, DbConfig, Migrations};
use patchbay_domain::SecretString;
use patchbay_rpc::{Channel, Security, Target};
use patchbay_test_servers::{Durability, Postgres, RabbitMq};
use tempfile::TempDir;
use tokio::time::Instant;
use uuid::Uuid;

use super::Mode;
use crate::deployment::{Backends, Deployment};
use crate::program::{Program, free_address};
use crate::scenario::Services;

/// A running Patchbay.
pub(super) struct Running {
    /// The channel for publishing.
    pub(super) events: Channel,
    /// In the embedded mode every service answers on each of these channels.
    pub(super) services: Services,
    /// The address of the HTTP port, in the embedded mode.
    pub(super) gateway: Option<String>,
    /// Every process to measure, by name.
    pub(super) processes: Vec<(String, u32)>,
    database_url: String,
    _parts: Parts,
}

/// Stopped after the measurement. The order matters: processes, then their servers, then the folder.
#[expect(dead_code, reason = "held only to be dropped")]
struct Parts {
    program: Option<Program>,
    deployment: Option<Deployment>,
    postgres: Option<Postgres>,
    rabbitmq: Option<RabbitMq>,
    folder: TempDir,
}

impl Running {
    pub(super) async fn start(mode: Mode) -> anyhow::Result<Self> {
        Self::start_with(mode, &[]).await
    }

    /// With settings of the embedded mode.
    pub(super) async fn start_with(mode: Mode, settings: &[(&str, String)]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755))?;
        match mode {
            Mode::Embedded => embedded(folder, settings).await,
            Mode::Distributed => distributed(folder).await,
        }
    }

    /// A new organization with this many installed apps, whose webhooks go to `url`.
    pub(super) async fn customer(&self, name: &str, apps: usize, url: &str) -> anyhow::Result<i64> {
        let organization = self.services.organization(name).await?;
        for number in 1..=apps {
            let app = self.services.app(&organization, &format!("{name} {number}"), url).await?;
            self.services.install(&organization, &app).await?;
        }
        Ok(organization.id)
    }

    /// A new organization with an installed app: the ids of organization, app and installation.
    pub(super) async fn installed(&self, name: &str, url: &str) -> anyhow::Result<(i64, i64, Uuid)> {
        let organization = self.services.organization(name).await?;
        let app = self.services.app(&organization, name, url).await?;
        let installation = self.services.install(&organization, &app).await?;
        Ok((organization.id, app.id, installation.parse()?))
    }

    /// A published app that is not installed.
    pub(super) async fn app(&self, name: &str, url: &str) -> anyhow::Result<i64> {
        let organization = self.services.organization(name).await?;
        Ok(self.services.app(&organization, name, url).await?.id)
    }

    /// The database of a service, to insert rows in bulk.
    pub(super) async fn database(
        &self,
        service: &'static str,
        migrations: &'static Migrations,
    ) -> anyhow::Result<Db> {
        Ok(Db::connect(&DbConfig::new(self.database_url.clone()), service, migrations).await?)
    }
}

async fn embedded(folder: TempDir, settings: &[(&str, String)]) -> anyhow::Result<Running> {
    let (grpc, http) = (free_address()?, free_address()?);
    let data = folder.path().join("data");
    let variables = [
        ("GRPC_LISTEN", grpc.to_string()),
        ("HTTP_LISTEN", http.to_string()),
        ("DATA_DIR", data.display().to_string()),
        ("SERVICE_SECRET", "a secret of benchmarks".to_owned()),
        ("LOG", "warn".to_owned()),
    ];
    let variables = variables.into_iter().chain(settings.iter().cloned());
    let variables = variables.map(|(name, value)| (format!("PATCHBAY_{name}"), value)).collect();
    let mut program = Program::new("patchbay", &["up"], folder.path(), variables)?;
    program.start()?;
    program.ready().await?;
    let security = Security::secret(SecretString::new("a secret of benchmarks"));
    let channel = Target::Url(format!("http://{grpc}")).channel(&security)?;
    Ok(Running {
        services: Services { tracker: channel.clone(), installation: channel.clone() },
        gateway: Some(format!("http://{http}")),
        events: channel,
        processes: vec![("patchbay".to_owned(), program.pid().context("patchbay runs")?)],
        database_url: format!("sqlite:{}", data.display()),
        _parts: Parts { program: Some(program), deployment: None, postgres: None, rabbitmq: None, folder },
    })
}

async fn distributed(folder: TempDir) -> anyhow::Result<Running> {
    let postgres = Postgres::start(&folder.path().join("postgres"), Durability::Full)?;
    let rabbitmq = RabbitMq::start(&folder.path().join("rabbitmq"))?;
    let backends = Backends { postgres: postgres.url(), amqp: rabbitmq.url(), bus_prefix: String::new() };
    let deployment = Deployment::start(backends, folder.path(), &[("LOG", "warn")]).await?;
    let mut processes: Vec<(String, u32)> = Vec::new();
    for program in deployment.programs() {
        processes.push((program.name().to_owned(), program.pid().context("every service runs")?));
    }
    processes.push(("postgres".to_owned(), postgres.pid().context("PostgreSQL runs")?));
    processes.push(("rabbitmq".to_owned(), wait_for_pid(&rabbitmq).await?));
    Ok(Running {
        events: deployment.channel("event-fanout"),
        services: Services {
            tracker: deployment.channel("tracker"),
            installation: deployment.channel("installation"),
        },
        gateway: None,
        processes,
        database_url: postgres.url(),
        _parts: Parts {
            program: None,
            deployment: Some(deployment),
            postgres: Some(postgres),
            rabbitmq: Some(rabbitmq),
            folder,
        },
    })
}

/// The broker writes its process id a moment after it starts listening.
async fn wait_for_pid(rabbitmq: &RabbitMq) -> anyhow::Result<u32> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(pid) = rabbitmq.pid() {
            return Ok(pid);
        }
        ensure!(Instant::now() < deadline, "RabbitMQ does not tell its process id");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
