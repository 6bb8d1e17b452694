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
/// How long a failing start is retried.
const RESTART_LIMIT: Duration = Duration::from_secs(5);

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// As in production: data survives a crash of the machine. For benchmarks and crash tests.
    Full,
    /// Data only survives the end of the server process. Faster, for all other tests.
    Relaxed,
}

/// How to stop the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Ends connections and writes a checkpoint.
    Fast,
    /// Ends immediately; the next start has to recover.
    Immediate,
    /// Kills the process.
    Kill,
}

/// A PostgreSQL server. It stops when dropped; its data stays in the folder.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    durability: Durability,
    port: u16,
    server: Option<Child>,
}

impl Postgres {
    /// Starts a server with its data in `folder`, which is created if it is missing.
    ///
    /// # Errors
    /// PostgreSQL is not installed or does not start.
    pub fn start(folder: &Path, durability: Durability) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut postgres = Self { folder: folder.to_owned(), durability, port: ports::free()?, server: None };
        if let Some((uid, gid)) = unprivileged_user()? {
            chown(folder, Some(uid), Some(gid))?;
        }
        if !postgres.data().join("PG_VERSION").exists() {
            let mut initdb = postgres.program("initdb")?;
            initdb.args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ]);
            process::run(initdb.arg("--pgdata").arg(postgres.data()))?;
        }
        postgres.restart()?;
        Ok(postgres)
    }

    /// `postgres://…` with a superuser.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The parent process of the server, for measurements. `None` while it is stopped.
    pub fn pid(&self) -> Option<u32> {
        self.server.as_ref().map(Child::id)
    }

    /// Whether it is running. A server stops itself if it cannot continue, for example on a full disk.
    pub fn is_running(&mut self) -> bool {
        self.server.as_mut().is_some_and(|server| matches!(server.try_wait(), Ok(None)))
    }

    /// Stops the server and waits until it has ended.
    pub fn stop(&mut self, how: Shutdown) {
        let Some(mut server) = self.server.take() else { return };
        let signal = match how {
            Shutdown::Fast => "INT",
            Shutdown::Immediate => "QUIT",
            Shutdown::Kill => "KILL",
        };
        process::signal(server.id(), signal);
        let _ = server.wait();
    }

    /// Starts the server again after [`Postgres::stop`], on the same port with the same data.
    ///
    /// # Errors
    /// The server does not start.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        let started = std::time::Instant::now();
        // The child processes of a killed server end a moment later and prevent the next start until then.
        while let Err(error) = self.try_start() {
            self.stop(Shutdown::Kill);
            if started.elapsed() > RESTART_LIMIT {
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    fn try_start(&mut self) -> anyhow::Result<()> {
        let mut command = self.program("postgres")?;
        let log = self.folder.join("log");
        command.arg("-D").arg(self.data()).arg("-k").arg(&self.folder).args(["-p", &self.port.to_string()]);
        // Each test has its own database with several connection pools.
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=400"]);
        if self.durability == Durability::Relaxed {
            command.args(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]);
        }
        process::log_to(&mut command, &log)?;
        let server = self.server.insert(command.spawn().context("cannot start postgres")?);
        let started = ports::wait_for(self.port, START_LIMIT, || matches!(server.try_wait(), Ok(None)));
        started.and_then(|()| self.wait_until_it_answers()).with_context(|| tail(&log))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A program of PostgreSQL, run as the owner of the data.
    fn program(&self, name: &str) -> anyhow::Result<Command> {
        let programs = programs().context("PostgreSQL is not installed")?;
        let mut command = Command::new(programs.join(name));
        command.current_dir(&self.folder);
        if let Some((uid, gid)) = unprivileged_user()? {
            command.gid(gid).uid(uid);
        }
        Ok(command)
    }

    /// The port opens before recovery is complete.
    fn wait_until_it_answers(&mut self) -> anyhow::Result<()> {
        let mut isready = self.program("pg_isready")?;
        isready.args(["--quiet", "--timeout=30", "--host=127.0.0.1", "--port", &self.port.to_string()]);
        for _ in 0..300 {
            if isready.status()?.success() {
                return Ok(());
            }
            anyhow::ensure!(self.is_running(), "postgres ended while it recovered");
            std::thread::sleep(Duration::from_millis(100));
        }
        anyhow::bail!("postgres does not answer")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop(Shutdown::Fast);
    }
}

/// The folder with PostgreSQL's programs: Debian's newest version, or that of `initdb` on the PATH.
pub(crate) fn programs() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = debian.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max();
    newest.or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path)
            .find(|folder| ["initdb", "postgres", "pg_isready"].iter().all(|p| folder.join(p).exists()))
    })
}

/// PostgreSQL refuses to run as root, so root runs it as this user.
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
