//! Getting the programs.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::{postgres, rabbitmq};

/// The Debian packages of programs that are not on this machine.
pub fn missing() -> Vec<&'static str> {
    let mut packages = Vec::new();
    if postgres::programs().is_none() {
        packages.push("postgresql");
    }
    if !Path::new(rabbitmq::SERVER).exists() {
        packages.push("rabbitmq-server");
    }
    packages
}

/// Installs what is [`missing`] with apt-get, telling what it does on stderr.
///
/// # Errors
/// When this is no Debian, or not root, or apt-get fails; the message says what to do instead.
#[expect(clippy::print_stderr, reason = "an installation takes a while and says so")]
pub fn install_missing() -> anyhow::Result<()> {
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    if !Path::new("/usr/bin/apt-get").exists() || !is_root() {
        bail!("{list} is not installed, and only root on Debian can do that here");
    }
    eprintln!("installing {list} with apt-get …");
    apt_get(&["update"])?;
    apt_get(&[&["install", "--yes", "--no-install-recommends"], packages.as_slice()].concat())
}

fn apt_get(arguments: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new("apt-get");
    // Debian's packages start their service when installed; nothing here needs those.
    command.arg("--quiet=2").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().context("cannot run apt-get")?;
    if status.success() { Ok(()) } else { bail!("apt-get {} failed ({status})", arguments.join(" ")) }
}

/// Whether this process may do everything on this machine.
pub fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
