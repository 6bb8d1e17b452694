//! Private servers, and Patchbay on them, which a test can start and stop.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use patchbay_db::{Db, DbConfig};
use patchbay_domain::SecretString;
use patchbay_rpc::{Security, Target};
use patchbay_test_servers::{Durability, Postgres, RabbitMq};
use patchbay_testkit::bus::TcpProxy;
use tempfile::TempDir;

use crate::deployment::{Backends, Deployment};
use crate::program::{Program, free_address};
use crate::scenario::Services;
use crate::scene::Access;

/// PostgreSQL, as durable as in production, and RabbitMQ.
#[derive(Debug)]
pub struct Servers {
    pub postgres: Postgres,
    pub rabbitmq: RabbitMq,
    folder: TempDir,
}

impl Servers {
    /// Starts both servers.
    ///
    /// # Errors
    /// A server does not start.
    pub fn start() -> anyhow::Result<Self> {
        let folder = folder()?;
        let postgres = folder.path().join("postgres");
        Self::start_in(folder, &postgres)
    }

    /// Starts both servers, with the data of PostgreSQL in this folder.
    ///
    /// # Errors
    /// A server does not start.
    pub fn with_postgres_in(postgres: &Path) -> anyhow::Result<Self> {
        Self::start_in(folder()?, postgres)
    }

    fn start_in(folder: TempDir, postgres: &Path) -> anyhow::Result<Self> {
        let postgres = Postgres::start(postgres, Durability::Full)?;
        let rabbitmq = RabbitMq::start(&folder.path().join("rabbitmq"))?;
        Ok(Self { postgres, rabbitmq, folder })
    }

    /// The addresses of the servers.
    pub fn backends(&self) -> Backends {
        Backends { postgres: self.postgres.url(), amqp: self.rabbitmq.url(), bus_prefix: String::new() }
    }

    /// The addresses of the servers, with a proxy in front of the broker that can cut its connections.
    ///
    /// # Errors
    /// The URL of the broker has no address.
    pub async fn behind_a_proxy(&self) -> anyhow::Result<(TcpProxy, Backends)> {
        let direct = self.backends();
        let (_, rest) = direct.amqp.split_once('@').unwrap_or_default();
        let broker = rest.split('/').next().unwrap_or_default().to_owned();
        anyhow::ensure!(!broker.is_empty(), "the broker's URL has no address");
        let proxy = TcpProxy::start(&broker).await;
        let amqp = direct.amqp.replace(&broker, &proxy.address().to_string());
        Ok((proxy, Backends { amqp, ..direct }))
    }

    /// Starts every service as a separate process on these servers.
    ///
    /// # Errors
    /// A service does not start.
    pub async fn deployment(&self, settings: &[(&str, &str)]) -> anyhow::Result<Deployment> {
        Deployment::start(self.backends(), self.folder.path(), settings).await
    }

    /// As [`Servers::deployment`], with these addresses.
    ///
    /// # Errors
    /// A service does not start.
    pub async fn deployment_by(
        &self,
        backends: Backends,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Deployment> {
        Deployment::start(backends, self.folder.path(), settings).await
    }
}

impl Deployment {
    /// The channels and tables for a [`Scene`](crate::scene::Scene).
    ///
    /// # Errors
    /// The databases cannot be opened.
    pub async fn access(&self) -> anyhow::Result<Access> {
        Ok(Access {
            services: Services {
                tracker: self.channel("tracker"),
                installation: self.channel("installation"),
            },
            events: self.channel("event-fanout"),
            fanout: self.database(patchbay_event_fanout::NAME, &patchbay_event_fanout::MIGRATIONS).await?,
            sender: self
                .database(patchbay_webhook_sender::NAME, &patchbay_webhook_sender::MIGRATIONS)
                .await?,
        })
    }
}

/// The all-in-one process.
#[derive(Debug)]
pub struct Embedded {
    pub program: Program,
    data: PathBuf,
    grpc: String,
    _folder: TempDir,
}

impl Embedded {
    /// Starts it on a temporary folder.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let folder = folder()?;
        let data = folder.path().join("data");
        Self::start_in(folder, data, settings).await
    }

    /// Starts it on this data folder.
    ///
    /// # Errors
    /// It does not start.
    pub async fn with_data_in(data: &Path, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        Self::start_in(folder()?, data.to_owned(), settings).await
    }

    async fn start_in(folder: TempDir, data: PathBuf, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let grpc = free_address()?.to_string();
        let own = [
            ("DATA_DIR", data.display().to_string()),
            ("HTTP_LISTEN", free_address()?.to_string()),
            ("GRPC_LISTEN", grpc.clone()),
            ("SERVICE_SECRET", "a secret of tests".to_owned()),
        ];
        let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let variables = own
            .into_iter()
            .chain(settings)
            .map(|(name, value)| (format!("PATCHBAY_{name}"), value))
            .collect();
        let mut program = Program::new("patchbay", &["up"], folder.path(), variables)?;
        program.start()?;
        program.ready().await?;
        Ok(Self { program, data, grpc, _folder: folder })
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The channels and tables for a [`Scene`](crate::scene::Scene).
    ///
    /// # Errors
    /// The databases cannot be opened.
    pub async fn access(&self) -> anyhow::Result<Access> {
        let security = Security::secret(SecretString::new("a secret of tests"));
        let channel = Target::Url(format!("http://{}", self.grpc)).channel(&security)?;
        let config = DbConfig::new(format!("sqlite:{}", self.data.display()));
        let fanout =
            Db::connect(&config, patchbay_event_fanout::NAME, &patchbay_event_fanout::MIGRATIONS).await?;
        let sender =
            Db::connect(&config, patchbay_webhook_sender::NAME, &patchbay_webhook_sender::MIGRATIONS).await?;
        let services = Services { tracker: channel.clone(), installation: channel.clone() };
        Ok(Access { services, events: channel, fanout, sender })
    }
}

/// A temporary folder that the user who runs PostgreSQL can enter.
fn folder() -> anyhow::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755))?;
    Ok(folder)
}
