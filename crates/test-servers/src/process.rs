//! Child processes and signals.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context;

/// Sends a signal; a process that is gone already is fine.
pub(crate) fn signal(pid: u32, name: &str) {
    let mut kill = Command::new("kill");
    kill.arg(format!("-{name}")).arg(pid.to_string());
    let _ = kill.stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// Runs a command whose output is only of interest when it fails.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::bail!("{command:?} failed ({}): {}", output.status, said.trim())
}

/// Lets a server write what it says into a file of its folder.
pub(crate) fn log_to(command: &mut Command, file: &Path) -> anyhow::Result<()> {
    let log = File::create(file).with_context(|| format!("cannot create {}", file.display()))?;
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    Ok(())
}
