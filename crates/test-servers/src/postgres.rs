//! PostgreSQL.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::Context;

use crate::{install, ports, process};

const START_LIMIT: Duration = Duration::from_secs(60);

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// As in production: survives a crash of the machine. Benchmarks and crash tests use it.
    Full,
    /// Survives the end of the server process only; for tests that are about something else, faster.
    Relaxed,
}

/// A running PostgreSQL. Ends when dropped; its data stays in the folder.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    server: Child,
}

impl Postgres {
    /// Starts a server with its data in `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub fn start(folder: &Path, durability: Durability) -> anyhow::Result<Self> {
        let programs = programs().context("PostgreSQL is not installed")?;
        fs::create_dir_all(folder)?;
        let user = unprivileged_user()?;
        if let Some((uid, gid)) = user {
            chown(folder, Some(uid), Some(gid))?;
        }
        let as_user = |program: &str| {
            let mut command = Command::new(programs.join(program));
            command.current_dir(folder);
            if let Some((uid, gid)) = user {
                command.gid(gid).uid(uid);
            }
            command
        };
        let data = folder.join("data");
        if !data.join("PG_VERSION").exists() {
            let mut initdb = as_user("initdb");
            initdb.args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ]);
            process::run(initdb.arg("--pgdata").arg(&data))?;
        }
        let port = ports::free()?;
        let mut server = as_user("postgres");
        server.arg("-D").arg(&data).arg("-k").arg(folder).args(["-p", &port.to_string()]);
        // Each test has a database of its own with pools in it.
        server.args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=400"]);
        if durability == Durability::Relaxed {
            server.args(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]);
        }
        process::log_to(&mut server, &folder.join("log"))?;
        let mut server = server.spawn().context("cannot start postgres")?;
        let started = ports::wait_for(port, START_LIMIT, || matches!(server.try_wait(), Ok(None)));
        let postgres = Self { port, server };
        started
            .and_then(|()| postgres.wait_until_it_answers(&programs))
            .with_context(|| tail(&folder.join("log")))?;
        Ok(postgres)
    }

    /// `postgres://…` of a user who may do everything.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The process that has started all the others, to be measured or killed.
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    /// The port opens before recovery is over.
    fn wait_until_it_answers(&self, programs: &Path) -> anyhow::Result<()> {
        let mut isready = Command::new(programs.join("pg_isready"));
        isready.args(["--quiet", "--timeout=30", "--host=127.0.0.1", "--port", &self.port.to_string()]);
        for _ in 0..300 {
            if isready.status()?.success() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        anyhow::bail!("postgres does not answer")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
        process::signal(self.server.id(), "INT");
        let _ = self.server.wait();
    }
}

/// The folder with PostgreSQL's programs: the newest of Debian's, or that of `initdb` on the PATH.
pub(crate) fn programs() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = debian.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max();
    newest.or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path)
            .find(|folder| ["initdb", "postgres", "pg_isready"].iter().all(|p| folder.join(p).exists()))
    })
}

/// PostgreSQL refuses to run as root; root runs it as this user.
fn unprivileged_user() -> anyhow::Result<Option<(u32, u32)>> {
    if !install::is_root() {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd")?;
    let ids = |name: &str| {
        let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    Ok(Some(ids("postgres").or_else(|| ids("nobody")).context("there is no user to run postgres as")?))
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    format!(
        "postgres did not start; {} ends with: {}",
        log.display(),
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    )
}
