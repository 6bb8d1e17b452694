//! Every service as a separate process, on PostgreSQL and RabbitMQ.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::Context;
use patchbay_db::{Db, DbConfig, Migrations};
use patchbay_domain::SecretString;
use patchbay_process::PEERS;
use patchbay_rpc::{Channel, Security, Target};

use crate::program::{Program, binary, free_address};

const GATEWAY: &str = "gateway";

/// The servers of a deployment.
#[derive(Clone, Debug)]
pub struct Backends {
    /// `postgres://…` of a database of its own.
    pub postgres: String,
    /// `amqp://…`
    pub amqp: String,
    /// Prefix of the queues, for a shared broker.
    pub bus_prefix: String,
}

/// A running deployment. Its processes end when it is dropped.
#[derive(Debug)]
pub struct Deployment {
    /// `http://host:port` of the REST API.
    pub base_url: String,
    backends: Backends,
    /// Settings of every process.
    shared: Vec<(String, String)>,
    programs: BTreeMap<&'static str, Program>,
    channels: BTreeMap<&'static str, Channel>,
}

impl Deployment {
    /// Migrates the databases, starts every service and waits until all are ready. Logs go to `folder`.
    /// `settings`, without the prefix `PATCHBAY_`, are added to the environment of every service.
    ///
    /// # Errors
    /// A binary has not been built, or a service does not become ready.
    pub async fn start(backends: Backends, folder: &Path, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let addresses: BTreeMap<&str, SocketAddr> =
            PEERS.iter().map(|(name, _)| Ok((*name, free_address()?))).collect::<anyhow::Result<_>>()?;
        let http = free_address()?;
        let mut shared = vec![
            ("DATABASE_URL".to_owned(), backends.postgres.clone()),
            ("BUS_URL".to_owned(), backends.amqp.clone()),
            ("BUS_PREFIX".to_owned(), backends.bus_prefix.clone()),
            ("SERVICE_SECRET".to_owned(), "a secret of tests".to_owned()),
            ("ENCRYPTION_KEY".to_owned(), "an encryption key of tests".to_owned()),
            ("AUTH_TOKEN_KEY".to_owned(), "a token key of tests".to_owned()),
            ("EGRESS_ALLOW".to_owned(), "127.0.0.0/8".to_owned()),
            ("PUBLIC_URL".to_owned(), format!("http://{http}")),
        ];
        for (name, address) in &addresses {
            shared.push((
                format!("{}_URL", name.replace('-', "_").to_ascii_uppercase()),
                format!("http://{address}"),
            ));
        }
        shared.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let environment = |own: Option<(&str, SocketAddr)>| -> Vec<(String, String)> {
            let own = own.map(|(name, address)| (name.to_owned(), address.to_string()));
            shared
                .iter()
                .cloned()
                .chain(own)
                .map(|(name, value)| (format!("PATCHBAY_{name}"), value))
                .collect()
        };

        Program::new("patchbay", &["migrate"], folder, environment(None))?.run()?;

        let mut programs = BTreeMap::new();
        for (name, _) in PEERS {
            let own = environment(Some(("GRPC_LISTEN", addresses[name])));
            programs.insert(name, Program::new(&format!("patchbay-{name}"), &[], folder, own)?);
        }
        let own = environment(Some(("HTTP_LISTEN", http)));
        programs.insert(GATEWAY, Program::new("patchbay-gateway", &[], folder, own)?);
        programs.values_mut().try_for_each(Program::start)?;
        for program in programs.values_mut() {
            program.ready().await?;
        }

        let security = Security::secret(SecretString::new("a secret of tests"));
        let channel = |(name, address): (&&'static str, &SocketAddr)| -> anyhow::Result<_> {
            let name = PEERS.iter().map(|(peer, _)| *peer).find(|peer| peer == name).context("a peer")?;
            Ok((name, Target::Url(format!("http://{address}")).channel(&security)?))
        };
        let channels = addresses.iter().map(channel).collect::<anyhow::Result<_>>()?;
        Ok(Self { base_url: format!("http://{http}"), backends, shared, programs, channels })
    }

    /// Runs an operator command with the settings of the deployment.
    ///
    /// # Errors
    /// The binary has not been built.
    pub fn operator(&self, line: &str) -> anyhow::Result<Output> {
        let variables = self.shared.iter().map(|(name, value)| (format!("PATCHBAY_{name}"), value));
        let mut command = Command::new(binary("patchbay")?);
        Ok(command.env_clear().envs(variables).args(line.split_whitespace()).output()?)
    }

    /// The channel to a service.
    ///
    /// # Panics
    /// There is no such service.
    pub fn channel(&self, service: &str) -> Channel {
        self.channels[service].clone()
    }

    /// The process of a service.
    ///
    /// # Panics
    /// There is no such service.
    pub fn program(&mut self, service: &str) -> &mut Program {
        self.programs.get_mut(service).expect("a service of the deployment")
    }

    /// Every process.
    pub fn programs(&self) -> impl Iterator<Item = &Program> {
        self.programs.values()
    }

    /// The names of processes that ended by themselves.
    pub fn ended(&mut self) -> Vec<&'static str> {
        let programs = self.programs.iter_mut();
        programs.filter_map(|(name, program)| program.has_ended().then_some(*name)).collect()
    }

    /// The database of a service, to read its records.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn database(
        &self,
        service: &'static str,
        migrations: &'static Migrations,
    ) -> anyhow::Result<Db> {
        Ok(Db::connect(&DbConfig::new(self.backends.postgres.clone()), service, migrations).await?)
    }
}
