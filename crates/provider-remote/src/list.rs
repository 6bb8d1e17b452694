//! The operator's list of programs.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use patchbay_egress::{Egress, EgressPolicy};
use patchbay_runtime::connections::is_own_port;
use patchbay_webhook_signature::{Secret, SigningKey};
use serde::Deserialize;
use url::Url;

use crate::Remote;
use crate::calls::Program;
use crate::descriptor::{self, Described};

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    provider: Vec<Entry>,
}

/// A program. Paths are relative to the folder of the list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The file with its description.
    descriptor: String,
    /// Its base URL.
    url: String,
    /// The file with the secret of its requests, `whsec_` and base64.
    secret_file: String,
}

/// Reads the list of programs and their descriptions.
///
/// # Errors
/// A file cannot be read or is wrong; the text names it and the mistake.
pub fn read(path: &Path) -> anyhow::Result<Vec<Remote>> {
    let list: List = toml::from_str(&text_of(path)?).with_context(|| path.display().to_string())?;
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    list.provider.iter().map(|entry| remote(folder, entry)).collect()
}

fn text_of(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn remote(folder: &Path, entry: &Entry) -> anyhow::Result<Remote> {
    let path = folder.join(&entry.descriptor);
    let described = descriptor::parse(&text_of(&path)?);
    let Described { descriptor, setup, project_noun } =
        described.map_err(|problem| anyhow!("{}: {problem}", path.display()))?;
    let path = folder.join(&entry.secret_file);
    let secret = Secret::from_webhook_secret(text_of(&path)?.trim())
        .with_context(|| format!("{} contains no secret of the form whsec_<base64>", path.display()))?;
    let url: Url = entry.url.parse().with_context(|| format!("`{}` is not a URL", entry.url))?;
    let program = Program::new(url.clone(), SigningKey::new(&secret), egress(&url)?);
    Ok(Remote { descriptor, setup, project_noun, program })
}

/// Reaches the host of the program and no other private one. The operator names this host, so no proxy for the hosts of strangers is
/// used.
fn egress(url: &Url) -> anyhow::Result<Egress> {
    let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https"));
    let Some(host) = host else { bail!("`{url}` is not an http or https URL") };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let allow = vec![host.parse()?];
    let policy = EgressPolicy { allow, ..EgressPolicy::default() };
    Ok(Egress::builder(policy).own_ports(is_own_port).build()?)
}
