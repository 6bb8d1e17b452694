//! The libraries that we build with: their licences, versions and sources, and whether each is used.
//!
//! `cargo deny check` holds most of this too (see `deny.toml`), and what this check cannot know: advisories and withdrawn releases.
//! Building it takes longer than all our tests, so the rules that must hold for every commit are here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, ensure};
use regex::Regex;
use serde::Deserialize;

use super::tree::{File, files};
use crate::cargo::{cargo, workspace};

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

/// Libraries of ours that other libraries bring in another version as well: `openidconnect`, `jsonwebtoken` and `rsa`
/// use older cryptography, `reqwest` and `tonic` other releases of `tower-http` and `base64`.
const IN_TWO_VERSIONS: [&str; 7] = ["base64", "hmac", "rand", "sha1", "sha2", "thiserror", "tower-http"];

/// Where libraries come from.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Libraries that no crate may bring, and why.
const FORBIDDEN: [(&str, &str); 5] = [
    ("openssl", "rustls is our only TLS, and it needs no C library on the host"),
    ("openssl-sys", "rustls is our only TLS, and it needs no C library on the host"),
    ("native-tls", "rustls is our only TLS, and it needs no C library on the host"),
    ("aws-lc-rs", "ring is our only cryptography of TLS; a second one needs cmake and minutes of build time"),
    (
        "aws-lc-sys",
        "ring is our only cryptography of TLS; a second one needs cmake and minutes of build time",
    ),
];

/// Libraries that only the code of macros and generators names: `derive(FromRow)`, and the clients and servers of the protos.
const NAMED_BY_GENERATED_CODE: [&str; 2] = ["sqlx", "tonic-prost"];

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
    /// `None` for our own packages.
    source: Option<String>,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    rename: Option<String>,
}

/// Every violation, one a line.
pub(crate) fn violations() -> anyhow::Result<Vec<String>> {
    let output =
        cargo(&["metadata", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"])
            .output()
            .context("cannot run cargo metadata")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let packages = &metadata.packages;
    let mut found: Vec<String> = packages.iter().filter_map(refused_licence).collect();
    found.extend(packages.iter().filter_map(foreign_source));
    found.extend(packages.iter().filter_map(forbidden));
    found.extend(in_two_versions(&metadata));
    let sources = files(&["rs"])?;
    for package in packages.iter().filter(|package| metadata.workspace_members.contains(&package.id)) {
        found.extend(unused(package, &sources_of(package, &sources)?)?);
    }
    Ok(found)
}

fn foreign_source(package: &Package) -> Option<String> {
    let source = package.source.as_deref().filter(|source| *source != CRATES_IO)?;
    Some(format!("{} {}: comes from {source}, not from crates.io", package.name, package.version))
}

fn forbidden(package: &Package) -> Option<String> {
    let (name, reason) = FORBIDDEN.iter().find(|(name, _)| *name == package.name)?;
    Some(format!("{name} {} is built: {reason}", package.version))
}

/// The Rust files in the folder of the package.
fn sources_of<'a>(package: &Package, files: &'a [File]) -> anyhow::Result<Vec<&'a File>> {
    let manifest = package.manifest_path.strip_prefix(workspace().canonicalize()?)?;
    let folder = manifest.parent().context("a manifest is in a folder")?;
    Ok(files.iter().filter(|file| file.path.starts_with(&format!("{}/", folder.display()))).collect())
}

/// Dependencies of the package that its code never names. Comments do not count.
fn unused(package: &Package, sources: &[&File]) -> anyhow::Result<Vec<String>> {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let code: Vec<&str> = sources.iter().flat_map(|file| file.text.lines()).filter(is_code).collect();
    let mut found = Vec::new();
    for dependency in package.dependencies.iter().filter(|it| !NAMED_BY_GENERATED_CODE.contains(&&*it.name)) {
        let name = dependency.rename.as_ref().unwrap_or(&dependency.name).replace('-', "_");
        let named = Regex::new(&format!(r"\b{name}\b"))?;
        if !code.iter().any(|line| named.is_match(line)) {
            found.push(format!("{}: the dependency {} is not used", package.name, dependency.name));
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str) -> Package {
        Package {
            id: name.to_owned(),
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: Some("MIT OR Apache-2.0".to_owned()),
            source: Some(CRATES_IO.to_owned()),
            manifest_path: PathBuf::new(),
            dependencies: Vec::new(),
        }
    }

    #[test]
    fn a_licence_is_allowed_if_one_of_its_alternatives_is() {
        let refused = |licence: &str| {
            refused_licence(&Package { license: Some(licence.to_owned()), ..package("a") }).is_some()
        };
        for allowed in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0"] {
            assert!(!refused(allowed), "{allowed}");
        }
        for not_allowed in ["", "GPL-3.0", "MIT AND GPL-3.0", "GPL-3.0 OR AGPL-3.0"] {
            assert!(refused(not_allowed), "{not_allowed}");
        }
    }

    #[test]
    fn a_library_comes_from_crates_io() {
        assert_eq!(foreign_source(&package("a")), None);
        assert_eq!(foreign_source(&Package { source: None, ..package("patchbay") }), None, "our own");
        let git = Package { source: Some("git+https://example.com/a".to_owned()), ..package("a") };
        assert!(foreign_source(&git).is_some());
    }

    #[test]
    fn a_forbidden_library_is_refused_with_the_reason() {
        assert_eq!(forbidden(&package("openssl-probe")), None);
        assert!(forbidden(&package("openssl-sys")).is_some_and(|refusal| refusal.contains("rustls")));
    }

    #[test]
    fn a_library_of_ours_in_two_versions_is_refused() {
        let ours = || Package {
            dependencies: vec![Dependency { name: "direct".to_owned(), rename: None }],
            ..package("patchbay")
        };
        let other = |name| Package { version: "2.0.0".to_owned(), ..package(name) };
        let metadata = |packages| Metadata { packages, workspace_members: ["patchbay".to_owned()].into() };
        let direct = vec![ours(), package("direct"), other("direct")];
        assert_eq!(in_two_versions(&metadata(direct)).len(), 1);
        let indirect = vec![ours(), package("direct"), package("indirect"), other("indirect")];
        assert!(in_two_versions(&metadata(indirect)).is_empty());
    }

    #[test]
    fn a_dependency_that_the_code_never_names_is_not_used() {
        let names =
            [("used-here", None), ("only-documented", None), ("renamed", Some("short")), ("sqlx", None)];
        let dependencies = names
            .map(|(name, rename)| Dependency { name: name.to_owned(), rename: rename.map(str::to_owned) });
        let package = Package { dependencies: dependencies.into(), ..package("a") };
        let text = "// only_documented\nuse used_here::Thing;\nlet x = short::f(used_here_not);\n".to_owned();
        let file = File { path: "a/src/lib.rs".to_owned(), text };
        let found = unused(&package, &[&file]).expect("the names are valid patterns");
        assert_eq!(found, ["a: the dependency only-documented is not used"]);
    }
}
