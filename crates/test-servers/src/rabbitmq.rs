//! RabbitMQ.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::{ports, process};

/// The script that starts the server; the one on the PATH switches to another user first.
pub(crate) const SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";

const START_LIMIT: Duration = Duration::from_secs(90);

/// A RabbitMQ node. It stops when dropped; its data stays in the folder.
#[derive(Debug)]
pub struct RabbitMq {
    folder: PathBuf,
    port: u16,
    distribution_port: u16,
    epmd_port: u16,
    server: Option<Child>,
}

impl RabbitMq {
    /// Starts a node with its data in `folder`, which is created if it is missing.
    ///
    /// # Errors
    /// RabbitMQ is not installed or does not start.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        if !Path::new(SERVER).exists() {
            bail!("RabbitMQ is not installed");
        }
        fs::create_dir_all(folder.join("home"))?;
        let folder = folder.canonicalize()?;
        fs::write(folder.join("environment"), "")?;
        fs::write(folder.join("plugins"), "[].")?;
        fs::write(
            folder.join("rabbitmq.conf"),
            "loopback_users = none\ndisk_free_limit.absolute = 50MB\nlog.file.level = warning\n",
        )?;
        let (port, distribution_port, epmd_port) = (ports::free()?, ports::free()?, ports::free()?);
        let mut node = Self { folder, port, distribution_port, epmd_port, server: None };
        node.restart()?;
        Ok(node)
    }

    /// `amqp://…` with an administrator.
    pub fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}/%2f", self.port)
    }

    /// The process of the node, for measurements. `None` while it is stopped.
    pub fn pid(&self) -> Option<u32> {
        fs::read_to_string(self.folder.join("pid")).ok()?.trim().parse().ok()
    }

    /// Kills the node without flushing anything.
    pub fn kill(&mut self) {
        if let Some(pid) = self.pid() {
            process::signal(pid, "KILL");
        }
        self.reap();
    }

    /// Starts the node again after [`RabbitMq::kill`], on the same port with the same data.
    ///
    /// # Errors
    /// The node does not start.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        let path = |name: &str| self.folder.join(name);
        let mut server = Command::new(SERVER);
        server
            // The Erlang cookie is created in the home folder, so that other nodes cannot connect.
            .env("HOME", path("home"))
            .env("RABBITMQ_NODENAME", format!("patchbay-{}@localhost", self.port))
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODE_PORT", self.port.to_string())
            .env("RABBITMQ_DIST_PORT", self.distribution_port.to_string())
            .env("ERL_EPMD_PORT", self.epmd_port.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}")
            .env("RABBITMQ_MNESIA_BASE", path("data"))
            .env("RABBITMQ_LOG_BASE", path("log"))
            .env("RABBITMQ_PID_FILE", path("pid"))
            .env("RABBITMQ_CONFIG_FILE", path("rabbitmq"))
            .env("RABBITMQ_CONF_ENV_FILE", path("environment"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", path("plugins"));
        process::log_to(&mut server, &path("stdout"))?;
        let mut child = server.spawn().context("cannot start RabbitMQ")?;
        let started = ports::wait_for(self.port, START_LIMIT, || matches!(child.try_wait(), Ok(None)));
        self.server = Some(child);
        started.with_context(|| format!("RabbitMQ did not start; see {}", path("stdout").display()))
    }

    fn reap(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.wait();
        }
        let _ = fs::remove_file(self.folder.join("pid"));
    }
}

impl Drop for RabbitMq {
    fn drop(&mut self) {
        self.kill();
        // The node does not stop its port mapper.
        let mut epmd = Command::new("epmd");
        epmd.args(["-port", &self.epmd_port.to_string(), "-kill"]).env("ERL_EPMD_RELAXED_COMMAND_CHECK", "1");
        let _ = epmd.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}
