//! Patchbay in each of its modes, with an organization and an installed app.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use anyhow::{Context, ensure};
use patchbay_domain::SecretString;
use patchbay_rpc::{Channel, Security, Target};
use patchbay_test_servers::{Durability, Postgres, RabbitMq};
use tempfile::TempDir;
use tokio::time::Instant;

use super::Mode;
use super::receiver::Receiver;
use crate::deployment::{Backends, Deployment};
use crate::program::{Program, free_address};
use crate::scenario::Services;

/// A running Patchbay.
pub(super) struct Running {
    /// Where events are published.
    pub(super) events: Channel,
    /// In which organization.
    pub(super) organization_id: i64,
    /// Every process that does the work, by name.
    pub(super) processes: Vec<(String, u32)>,
    _parts: Parts,
}

/// What ends when the measurement is over. The order matters: processes before their servers before their folder.
#[expect(dead_code, reason = "held only to be dropped")]
struct Parts {
    program: Option<Program>,
    deployment: Option<Deployment>,
    postgres: Option<Postgres>,
    rabbitmq: Option<RabbitMq>,
    folder: TempDir,
}

impl Running {
    pub(super) async fn start(mode: Mode, receiver: &Receiver) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755))?;
        let (services, events, processes, parts) = match mode {
            Mode::Embedded => embedded(folder).await?,
            Mode::Distributed => distributed(folder).await?,
        };
        let organization = services.organization("Bench").await?;
        let app = services.app(&organization, "Bench", &receiver.url("/webhook")).await?;
        services.install(&organization, &app).await?;
        Ok(Self { events, organization_id: organization.id, processes, _parts: parts })
    }
}

type Started = (Services, Channel, Vec<(String, u32)>, Parts);

async fn embedded(folder: TempDir) -> anyhow::Result<Started> {
    let (grpc, http) = (free_address()?, free_address()?);
    let data = folder.path().join("data");
    let variables = [
        ("GRPC_LISTEN", grpc.to_string()),
        ("HTTP_LISTEN", http.to_string()),
        ("DATA_DIR", data.display().to_string()),
        ("SERVICE_SECRET", "a secret of benchmarks".to_owned()),
        ("LOG", "warn".to_owned()),
    ];
    let variables = variables.map(|(name, value)| (format!("PATCHBAY_{name}"), value)).to_vec();
    let mut program = Program::new("patchbay", &["up"], folder.path(), variables)?;
    program.start()?;
    program.ready().await?;
    let security = Security::secret(SecretString::new("a secret of benchmarks"));
    let channel = Target::Url(format!("http://{grpc}")).channel(&security)?;
    let services = Services { tracker: channel.clone(), installation: channel.clone() };
    let processes = vec![("patchbay".to_owned(), program.pid().context("patchbay runs")?)];
    let parts = Parts { program: Some(program), deployment: None, postgres: None, rabbitmq: None, folder };
    Ok((services, channel, processes, parts))
}

async fn distributed(folder: TempDir) -> anyhow::Result<Started> {
    let postgres = Postgres::start(&folder.path().join("postgres"), Durability::Full)?;
    let rabbitmq = RabbitMq::start(&folder.path().join("rabbitmq"))?;
    let backends = Backends { postgres: postgres.url(), amqp: rabbitmq.url(), bus_prefix: String::new() };
    let deployment = Deployment::start(backends, folder.path(), &[("LOG", "warn")]).await?;
    let services =
        Services { tracker: deployment.channel("tracker"), installation: deployment.channel("installation") };
    let mut processes: Vec<(String, u32)> = Vec::new();
    for program in deployment.programs() {
        processes.push((program.name().to_owned(), program.pid().context("every service runs")?));
    }
    processes.push(("postgres".to_owned(), postgres.pid()));
    processes.push(("rabbitmq".to_owned(), wait_for_pid(&rabbitmq).await?));
    let events = deployment.channel("event-fanout");
    let parts = Parts {
        program: None,
        deployment: Some(deployment),
        postgres: Some(postgres),
        rabbitmq: Some(rabbitmq),
        folder,
    };
    Ok((services, events, processes, parts))
}

/// The broker writes its process id a moment after it listens.
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
