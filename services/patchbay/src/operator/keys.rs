//! `patchbay keys`: the encryption keys of stored secrets.

use std::time::Duration;

use anyhow::ensure;
use clap::Subcommand;
use patchbay_proto::installation::{
    EncryptedSecrets, EncryptionKey, EncryptionKeyState, ListEncryptionKeysRequest,
};
use patchbay_proto::issue_sync;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::connection::Connection;
use super::output::Output;
use super::{answered, as_operator};

/// Pause between two checks of `--wait`.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show how many stored secrets each key encrypts, and how many are not yet encrypted with the current key.
    Status {
        /// Wait until all secrets are encrypted with the current key; fail after this many seconds.
        #[arg(long, value_name = "SECONDS", default_value_t = 0, hide_default_value = true)]
        wait: u32,
    },
}

pub(super) async fn run(connection: &Connection, command: Command) -> anyhow::Result<Output> {
    let Command::Status { wait } = command;
    let deadline = Instant::now() + Duration::from_secs(wait.into());
    loop {
        let keys = keys(connection).await?;
        let left: i64 = keys.iter().filter(|key| !is_current(key)).map(total).sum();
        if left == 0 || wait == 0 {
            return Ok(status(&keys, left));
        }
        ensure!(
            Instant::now() < deadline,
            "{left} secrets are still not encrypted with the current key after {wait} seconds"
        );
        sleep(PAUSE).await;
    }
}

/// The keys of apps and of integrations.
async fn keys(connection: &Connection) -> anyhow::Result<Vec<EncryptionKey>> {
    let request = as_operator(ListEncryptionKeysRequest {});
    let mut keys = answered(connection.encryption().list_encryption_keys(request).await)?.keys;
    let request = as_operator(issue_sync::ListEncryptionKeysRequest {});
    let integrations = connection.encryption_of_integrations().list_encryption_keys(request).await;
    for key in answered(integrations)?.keys.into_iter().map(of_integrations) {
        match keys.iter_mut().find(|known| known.id == key.id) {
            Some(known) => known.secrets.extend(key.secrets),
            // A service that has another key than the other one, and uses it.
            None if !key.secrets.is_empty() => keys.push(key),
            None => {}
        }
    }
    Ok(keys)
}

fn of_integrations(key: issue_sync::EncryptionKey) -> EncryptionKey {
    let state = match key {
        issue_sync::EncryptionKey { is_current: true, .. } => EncryptionKeyState::Current,
        issue_sync::EncryptionKey { is_missing: true, .. } => EncryptionKeyState::Missing,
        _ => EncryptionKeyState::Other,
    };
    let secrets = key.credentials.into_iter();
    let secrets = secrets.map(|it| EncryptedSecrets { place: it.place, count: it.count }).collect();
    EncryptionKey { id: key.id, state: state.into(), secrets }
}

fn status(keys: &[EncryptionKey], left: i64) -> Output {
    let line = match left {
        0 => "every secret is encrypted with the current key".to_owned(),
        left => format!("{left} still to be encrypted with the current key"),
    };
    let table = Output::table(&["key", "state", "secrets", "places"], keys.iter().map(json).collect());
    table.concluded("keys", "left", left.into(), &line)
}

fn is_current(key: &EncryptionKey) -> bool {
    key.state() == EncryptionKeyState::Current
}

fn total(key: &EncryptionKey) -> i64 {
    key.secrets.iter().map(|secrets| secrets.count).sum()
}

fn json(key: &EncryptionKey) -> Value {
    let state = match key.state() {
        EncryptionKeyState::Unspecified => "unknown",
        EncryptionKeyState::Current => "current",
        EncryptionKeyState::Other => "decrypts only",
        EncryptionKeyState::Missing => "missing",
    };
    let places = key.secrets.iter().map(|secrets| format!("{}={}", secrets.place, secrets.count));
    json!({ "key": key.id, "state": state, "secrets": total(key), "places": places.collect::<Vec<_>>() })
}
