//! The servers for tests: named by the environment, or started for the run.

use std::process::Command;

use patchbay_test_servers::{Durability, Postgres, RabbitMq, install_missing, missing};

use crate::cargo::{run, workspace};

const POSTGRES: &str = "PATCHBAY_TEST_POSTGRES_URL";
const AMQP: &str = "PATCHBAY_TEST_AMQP_URL";

/// Running servers. Those that were started here stop when this is dropped.
pub(crate) struct Servers {
    variables: Vec<(&'static str, String)>,
    _started: Started,
}

#[expect(dead_code, reason = "held only to be dropped")]
enum Started {
    Nothing,
    Private(Option<Postgres>, Option<RabbitMq>),
    Compose(Compose),
}

impl Servers {
    /// Uses the servers that the environment names. Otherwise starts private ones and installs their programs
    /// (as root on Debian). If that is not possible, starts them with docker compose.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let given = |name| std::env::var(name).ok().filter(|url| !url.is_empty());
        let (postgres, amqp) = (given(POSTGRES), given(AMQP));
        if let (Some(postgres), Some(amqp)) = (&postgres, &amqp) {
            return Ok(Self::new(postgres.clone(), amqp.clone(), Started::Nothing));
        }
        if let Err(reason) = install_missing() {
            let compose = Compose::up().map_err(|error| {
                anyhow::anyhow!(
                    "{reason}, and docker compose does not work either ({error}). \
                     Start PostgreSQL and RabbitMQ yourself and name them in {POSTGRES} and {AMQP}."
                )
            })?;
            return Ok(Self::new(
                Compose::POSTGRES_URL.to_owned(),
                Compose::AMQP_URL.to_owned(),
                Started::Compose(compose),
            ));
        }
        assert!(missing().is_empty(), "everything was installed");
        let folder = std::env::temp_dir().join(format!("patchbay-test-servers-{}", std::process::id()));
        let start_postgres = || Postgres::start(&folder.join("postgres"), Durability::Relaxed);
        let private_postgres = postgres.is_none().then(start_postgres).transpose()?;
        let private_amqp = amqp.is_none().then(|| RabbitMq::start(&folder.join("rabbitmq"))).transpose()?;
        let postgres = postgres.or_else(|| private_postgres.as_ref().map(Postgres::url)).unwrap_or_default();
        let amqp = amqp.or_else(|| private_amqp.as_ref().map(RabbitMq::url)).unwrap_or_default();
        Ok(Self::new(postgres, amqp, Started::Private(private_postgres, private_amqp)))
    }

    fn new(postgres: String, amqp: String, started: Started) -> Self {
        let variables =
            vec![(POSTGRES, postgres), (AMQP, amqp), ("PATCHBAY_TEST_REQUIRE_SERVERS", "1".to_owned())];
        Self { variables, _started: started }
    }

    /// Sets the variables with which a test command finds the servers and is required to use them.
    pub(crate) fn give_to(&self, command: &mut Command) {
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }
}

/// The servers of `deploy/docker/test-servers.yml`.
struct Compose;

impl Compose {
    const POSTGRES_URL: &str = "postgres://postgres:postgres@127.0.0.1:55432/postgres";
    const AMQP_URL: &str = "amqp://guest:guest@127.0.0.1:55672/%2f";

    fn up() -> anyhow::Result<Self> {
        run(Self::command().args(["up", "--detach", "--wait"]))?;
        Ok(Self)
    }

    fn command() -> Command {
        let mut command = Command::new("docker");
        command.args(["compose", "--file", "deploy/docker/test-servers.yml"]).current_dir(workspace());
        command
    }
}

impl Drop for Compose {
    fn drop(&mut self) {
        let _ = run(Self::command().args(["down", "--volumes"]));
    }
}
