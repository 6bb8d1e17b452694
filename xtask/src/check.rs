//! `cargo xtask check`: static checks.

mod dependencies;
mod deploy;
mod language;
mod layout;
mod tree;

use std::collections::BTreeSet;

use anyhow::{Context, ensure};

use crate::cargo::{self, cargo};

pub(crate) use deploy::run_checks as deploy;

/// Libraries that only certain crates may depend on directly.
const RESERVED: [(&str, &[&str]); 5] = [
    ("lapin", &["patchbay-bus"]),
    ("reqwest", &["patchbay-egress", "patchbay-tests"]),
    ("hyper-rustls", &["patchbay-egress"]),
    ("opentelemetry-otlp", &["patchbay-runtime"]),
    ("axum", &["patchbay-edge", "patchbay-gateway", "patchbay-runtime", "patchbay", "patchbay-tests"]),
];

/// Crates that must not depend on these libraries, even indirectly.
const FREE_OF: [(&str, &[&str]); 3] = [
    ("patchbay-domain", &["tokio", "sqlx", "tonic", "lapin"]),
    ("patchbay-rpc", &["sqlx", "lapin"]),
    ("patchbay-db", &["tonic", "lapin"]),
];

/// Checks formatting, lints, dependencies and the files in `deploy/`.
pub(crate) fn run() -> anyhow::Result<()> {
    rules()?;
    cargo::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    cargo::run(&mut cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "--deny",
        "warnings",
    ]))?;
    for (library, users) in RESERVED {
        let seen = direct_users(library)?;
        let allowed: BTreeSet<String> = users.iter().map(|&user| user.to_owned()).collect();
        // Compared exactly, so that unreadable output does not pass as "no users".
        ensure!(seen == allowed, "{library} is used by {seen:?}, and should be by {users:?}");
    }
    for (package, libraries) in FREE_OF {
        let dependencies = dependencies(package)?;
        for &library in libraries {
            ensure!(!dependencies.contains(library), "{package} must not depend on {library}");
        }
    }
    deploy(false)
}

/// The rules that need no build: layout, language, dependencies.
#[expect(clippy::print_stderr, reason = "lists every violation for the person at the terminal")]
pub(crate) fn rules() -> anyhow::Result<()> {
    let mut violations = layout::violations()?;
    violations.extend(language::violations()?);
    violations.extend(dependencies::violations()?);
    for violation in &violations {
        eprintln!("{violation}");
    }
    ensure!(violations.is_empty(), "{} violations of the rules in CONTRIBUTING.md", violations.len());
    Ok(())
}

/// Our packages that depend on `library` directly.
fn direct_users(library: &str) -> anyhow::Result<BTreeSet<String>> {
    let output = cargo(&[
        "tree",
        "--workspace",
        "--invert",
        library,
        "--depth",
        "1",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ])
    .output()
    .context("cannot run cargo tree")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names = text.lines().skip(1).filter_map(|line| line.split(' ').next());
    let ours = names.filter(|name| name.starts_with("patchbay") || *name == "xtask");
    Ok(ours.map(str::to_owned).collect())
}

fn dependencies(package: &str) -> anyhow::Result<BTreeSet<String>> {
    let output =
        cargo(&["tree", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}"])
            .output()?;
    ensure!(output.status.success(), "cargo tree failed for {package}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect())
}
