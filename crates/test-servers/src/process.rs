//! Child processes and signals.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context;

/// Sends a signal. It is not an error if the process has ended.
pub(crate) fn signal(pid: u32, name: &str) {
    let mut kill = Command::new("kill");
    kill.arg(format!("-{name}")).arg(pid.to_string());
    let _ = kill.stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// Runs a command and shows its output only if it fails.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::bail!("{command:?} failed ({}): {}", output.status, said.trim())
}

/// Redirects the output of a server to a file in its folder.
pub(crate) fn log_to(command: &mut Command, file: &Path) -> anyhow::Result<()> {
    let log = File::create(file).with_context(|| format!("cannot create {}", file.display()))?;
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    Ok(())
}
