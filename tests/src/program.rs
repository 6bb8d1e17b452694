//! A process of one of our binaries.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use patchbay_runtime::Settings;
use tokio::time::Instant;

const START_LIMIT: Duration = Duration::from_secs(60);

/// A binary, its environment, and its process while it is running.
#[derive(Debug)]
pub struct Program {
    name: String,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    log: PathBuf,
    admin: SocketAddr,
    /// A command that starts the binary, with its own arguments first.
    by: Vec<String>,
    process: Option<Child>,
}

impl Program {
    /// A program that logs into `folder`. It is not started yet.
    ///
    /// # Errors
    /// There is no free port for its admin port.
    pub fn new(
        name: &str,
        arguments: &[&str],
        folder: &Path,
        variables: Vec<(String, String)>,
    ) -> anyhow::Result<Self> {
        let admin = free_address()?;
        let mut variables = variables;
        variables.push(("PATCHBAY_ADMIN_LISTEN".to_owned(), admin.to_string()));
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let log = folder.join(format!("{name}.log"));
        Ok(Self { name: name.to_owned(), arguments, variables, log, admin, by: Vec::new(), process: None })
    }

    /// From the next start on, this command gets the binary and its arguments as further arguments and
    /// executes them.
    pub fn start_by(&mut self, command: &[&str]) {
        self.by = command.iter().map(|&part| part.to_owned()).collect();
    }

    /// Starts it without waiting.
    ///
    /// # Errors
    /// The binary has not been built.
    pub fn start(&mut self) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let binary = binary(&self.name)?;
        let mut command = match self.by.split_first() {
            Some((by, arguments)) => {
                let mut command = Command::new(by);
                command.args(arguments).arg(binary);
                command
            }
            None => Command::new(binary),
        };
        // Only the settings of the test affect the process.
        command
            .env_clear()
            .envs(std::env::vars().filter(|(name, _)| ["PATH", "HOME", "RUST_BACKTRACE"].contains(&&**name)));
        command.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.process = Some(command.spawn().with_context(|| format!("cannot start {}", self.name))?);
        Ok(())
    }

    /// Waits until its admin port reports that it is ready.
    ///
    /// # Errors
    /// It ends, or takes longer than a minute; the message contains the end of its log.
    pub async fn ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        let settings = Settings::from_pairs([("ADMIN_LISTEN", self.admin.to_string())]);
        loop {
            let Err(reason) = patchbay_process::healthcheck(&settings).await else { return Ok(()) };
            if let Some(process) = &mut self.process
                && let Some(status) = process.try_wait()?
            {
                bail!("{} ended with {status}: {}", self.name, self.log_tail());
            }
            ensure!(Instant::now() < deadline, "{} is not ready: {reason}: {}", self.name, self.log_tail());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// It fails; the message contains the end of its log.
    pub fn run(&mut self) -> anyhow::Result<()> {
        self.start()?;
        let status = self.process.take().context("just started")?.wait()?;
        ensure!(
            status.success(),
            "{} {:?} failed ({status}): {}",
            self.name,
            self.arguments,
            self.log_tail()
        );
        Ok(())
    }

    /// Changes a setting (named without `PATCHBAY_`) for the next start.
    pub fn set(&mut self, setting: &str, value: &str) {
        let name = format!("PATCHBAY_{setting}");
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.to_owned()));
    }

    /// Kills it.
    ///
    /// # Errors
    /// It was not running.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let mut process = self.process.take().with_context(|| format!("{} is not running", self.name))?;
        process.kill()?;
        process.wait()?;
        Ok(())
    }

    /// Whether it ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| !matches!(process.try_wait(), Ok(None)))
    }

    /// The id of the running process, for measurements.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// The address of its admin port.
    pub fn admin(&self) -> SocketAddr {
        self.admin
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// An address on loopback that is currently free.
///
/// # Errors
/// No port is free.
pub fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// The binary beside the current one, in the same profile of the same target folder.
///
/// # Errors
/// It has not been built.
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folders = own.ancestors().skip(1).take(2);
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    found.with_context(|| format!("{name} has not been built; run `cargo build --workspace --bins` first"))
}
