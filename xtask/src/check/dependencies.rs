//! Licences of what we build with, and libraries in more than one version.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::cargo::cargo;

/// Licences that a distributed binary may contain without further duties than a notice.
const LICENCES: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Libraries of ours that other libraries bring in another version as well: `openidconnect` and `jsonwebtoken` use older
/// cryptography, `reqwest` and `tonic` other releases of `tower-http` and `base64`.
const IN_TWO_VERSIONS: [&str; 6] = ["base64", "hmac", "rand", "sha2", "thiserror", "tower-http"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
}

/// Every violation, one a line.
pub(crate) fn violations() -> anyhow::Result<Vec<String>> {
    let output =
        cargo(&["metadata", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"])
            .output()
            .context("cannot run cargo metadata")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let mut found: Vec<String> = metadata.packages.iter().filter_map(refused_licence).collect();
    found.extend(in_two_versions(&metadata));
    Ok(found)
}

fn refused_licence(package: &Package) -> Option<String> {
    let licence = package.license.as_deref().unwrap_or_default();
    // Of alternatives one has to be allowed, of a conjunction all. `/` is the old way to write `OR`.
    let alternatives = licence.replace(['(', ')'], "").replace('/', " OR ");
    let allowed = |all: &str| all.split(" AND ").all(|one| LICENCES.contains(&one.trim()));
    let fits = match alternatives.contains(" AND ") {
        true => alternatives.split(" AND ").all(|part| part.split(" OR ").any(|one| allowed(one.trim()))),
        false => alternatives.split(" OR ").any(|one| allowed(one.trim())),
    };
    (!fits).then(|| format!("{} {}: the licence \"{licence}\" is not allowed", package.name, package.version))
}

fn in_two_versions(metadata: &Metadata) -> Vec<String> {
    let is_ours = |package: &&Package| metadata.workspace_members.contains(&package.id);
    let direct: BTreeSet<&str> = metadata
        .packages
        .iter()
        .filter(is_ours)
        .flat_map(|package| package.dependencies.iter().map(|dependency| dependency.name.as_str()))
        .collect();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in &metadata.packages {
        versions.entry(&package.name).or_default().insert(&package.version);
    }
    let twice = versions.into_iter().filter(|(name, versions)| direct.contains(name) && versions.len() > 1);
    twice
        .filter(|(name, _)| !IN_TWO_VERSIONS.contains(name))
        .map(|(name, versions)| format!("{name} is built in several versions: {versions:?}"))
        .collect()
}
