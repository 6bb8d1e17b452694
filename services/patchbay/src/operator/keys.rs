//! `patchbay keys`: the encryption keys of stored secrets.

use std::time::Duration;

use anyhow::ensure;
use clap::Subcommand;
use patchbay_proto::installation::{EncryptionKey, EncryptionKeyState, ListEncryptionKeysRequest};
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
        let request = ListEncryptionKeysRequest {};
        let keys = answered(connection.encryption().list_encryption_keys(as_operator(request)).await)?.keys;
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
