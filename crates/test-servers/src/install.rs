//! Installs the server programs.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::{postgres, rabbitmq};

/// The Debian packages of the missing programs.
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

/// Installs the [`missing`] programs with apt-get and reports progress on stderr.
///
/// # Errors
/// The system is not Debian, the user is not root, or apt-get fails; the message suggests an alternative.
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
    // Debian's packages start their service when they are installed, which is not needed here.
    command.arg("--quiet=2").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().context("cannot run apt-get")?;
    if status.success() { Ok(()) } else { bail!("apt-get {} failed ({status})", arguments.join(" ")) }
}

/// Whether this process runs as root.
pub fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
