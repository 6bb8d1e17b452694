//! The settings for the database, the broker and the other services.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use patchbay_bus::{Bus, BusConfig};
use patchbay_db::DbConfig;
use patchbay_domain::sealed::SealingKeys;
use patchbay_domain::secret::weakness;
use patchbay_domain::{SecretBytes, SecretString};
use patchbay_rpc::{Security, Target, TlsFiles};
use patchbay_runtime::Settings;

/// The `BUS_URL` of the in-process bus.
const IN_PROCESS: &str = "memory";

/// The addresses of everything that a service connects to.
#[derive(Debug)]
pub struct Connections {
    pub(crate) database: DbConfig,
    pub(crate) migrate_at_start: bool,
    bus: BusConfig,
    /// How services authenticate each other.
    pub security: Security,
}

impl Connections {
    /// Reads the settings.
    pub fn read(settings: &Settings) -> Self {
        Self {
            database: database(&settings.section("Database")),
            migrate_at_start: settings.section("Database").get(
                "MIGRATE_AT_START",
                "false",
                "Migrate the database before serving. Without it, a service refuses to start while migrations are pending.",
            ),
            bus: bus(&settings.section("Message bus")),
            security: security(&settings.section("Between services")),
        }
    }

    /// Opens the message bus: RabbitMQ or in process.
    pub(crate) fn bus(&self) -> anyhow::Result<Bus> {
        if self.bus.url == IN_PROCESS {
            return Ok(Bus::in_process(&self.bus));
        }
        Bus::rabbitmq(&self.bus).context("PATCHBAY_BUS_URL cannot be used")
    }
}

/// The services that others call, and their default ports on loopback.
pub const PEERS: [(&str, u16); 6] = [
    ("event-fanout", 50051),
    ("installation", 50052),
    ("auth-token", 50053),
    ("webhook-sender", 50054),
    ("tracker", 50055),
    ("issue-sync", 50056),
];

/// Reads the address of another service.
pub(crate) fn peer(settings: &Settings, name: &str) -> Target {
    let port = port(name);
    let variable = format!("{}_URL", name.replace('-', "_").to_ascii_uppercase());
    let default = format!("http://127.0.0.1:{port}");
    let meaning = format!("URL of the {name} service.");
    Target::Url(settings.section("Between services").get(&variable, &default, &meaning))
}

/// The default port of a service; 0 for a service that is not called, so that the system chooses a port.
pub(crate) fn port(name: &str) -> u16 {
    PEERS.iter().find(|(peer, _)| *peer == name).map_or(0, |(_, port)| *port)
}

/// Reads the keys that encrypt stored secrets.
pub(crate) fn sealing_keys(settings: &Settings) -> SealingKeys {
    let settings = settings.section("Encryption at rest");
    let current = settings.required_secret(
        "ENCRYPTION_KEY",
        "Encrypts client secrets, keys of client certificates and header values; at least 16 bytes. docs/keys.md describes how to change it.",
    );
    let others = settings.secrets(
        "OLD_ENCRYPTION_KEYS",
        "Further keys that decrypt, separated by commas or lines: earlier ones until nothing is encrypted with them any more, and \
         the next one before it becomes the encryption key.",
    );
    let bytes = |secret: &SecretString| SecretBytes::new(secret.expose().as_bytes());
    let checked = |name: &str, key: &SecretString| {
        let problem = SealingKeys::new(&bytes(key), &[]).err();
        if let Some(problem) = problem.filter(|_| !key.expose().is_empty()) {
            settings.problem(format!("PATCHBAY_{name}: {}", problem.message));
        }
    };
    refuse_weak(&settings, "ENCRYPTION_KEY", &current);
    others.iter().for_each(|key| checked("OLD_ENCRYPTION_KEYS", key));
    let others: Vec<_> = others.iter().map(bytes).collect();
    SealingKeys::new(&bytes(&current), &others).unwrap_or_else(|_| {
        // Never used: the process ends with the recorded problem or the missing value.
        SealingKeys::new(&SecretBytes::new([0; 32]), &[]).expect("32 bytes are enough")
    })
}

/// Records a problem if the secret is easy to guess. A missing one is a problem already.
fn refuse_weak(settings: &Settings, name: &str, secret: &SecretString) {
    if let Some(why) = weakness(secret.expose()).filter(|_| !secret.expose().is_empty()) {
        settings.problem(format!("PATCHBAY_{name} {why}"));
    }
}

fn database(settings: &Settings) -> DbConfig {
    let url = settings.required_secret(
        "DATABASE_URL",
        "`postgres://user:password@host/database`, or `sqlite:<folder>` for one file per service.",
    );
    let mut config = DbConfig::new(url.expose());
    config.max_connections = settings.get(
        "DATABASE_MAX_CONNECTIONS",
        "10",
        "Maximum number of database connections of one service.",
    );
    config.acquire_timeout = settings.get(
        "DATABASE_ACQUIRE_TIMEOUT",
        "5s",
        "How long a statement waits for a free connection before it fails.",
    );
    config
}

fn bus(settings: &Settings) -> BusConfig {
    let url = settings.required_secret(
        "BUS_URL",
        "`amqp://user:password@host:5672/vhost` (RabbitMQ 3.10 or newer), or `memory` where all services share one process.",
    );
    let defaults = BusConfig::default();
    BusConfig {
        url: url.expose().to_owned(),
        prefix: settings
            .optional("BUS_PREFIX", "Prefix of each exchange and queue name, for a shared broker.")
            .unwrap_or_default(),
        publish_timeout: settings.get::<Duration>(
            "BUS_PUBLISH_TIMEOUT",
            "15s",
            "How long a message may wait for the broker before publishing fails.",
        ),
        ..defaults
    }
}

fn security(settings: &Settings) -> Security {
    let secret: SecretString = settings.required_secret(
        "SERVICE_SECRET",
        "Shared secret that authenticates calls between services and calls of the product; at least 16 bytes.",
    );
    refuse_weak(settings, "SERVICE_SECRET", &secret);
    let file = |name: &str, meaning: &str| -> Option<PathBuf> { settings.optional(name, meaning) };
    let files = (
        file("TLS_AUTHORITY", "PEM file of the certificate authority of the services; turns on mutual TLS."),
        file("TLS_CERTIFICATE", "PEM file with the certificate chain of this service."),
        file("TLS_PRIVATE_KEY", "PEM file with the private key of the certificate."),
    );
    let tls = match files {
        (Some(authority), Some(certificate), Some(private_key)) => {
            Some(TlsFiles { authority, certificate, private_key })
        }
        (None, None, None) => None,
        _ => {
            settings.problem(
                "PATCHBAY_TLS_AUTHORITY, _CERTIFICATE and _PRIVATE_KEY are given together or not at all",
            );
            None
        }
    };
    Security { secret, tls }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(pairs: &[(&str, &str)]) -> String {
        let settings = Settings::from_pairs(pairs.iter().copied());
        sealing_keys(&settings);
        settings.finish().err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn further_keys_stand_behind_commas_or_on_lines() {
        let keys = "the key before this, one before that one\r\nand another one again\n";
        let settings =
            Settings::from_pairs([("ENCRYPTION_KEY", "0123456789abcdef"), ("OLD_ENCRYPTION_KEYS", keys)]);
        let keys = sealing_keys(&settings);
        settings.finish().expect("nothing is wrong");
        assert_eq!(keys.ids().count(), 4);
    }

    #[test]
    fn an_invalid_key_is_named_and_not_shown() {
        assert!(problems(&[]).contains("PATCHBAY_ENCRYPTION_KEY"));
        assert!(
            problems(&[("ENCRYPTION_KEY", "tiny")])
                .contains("PATCHBAY_ENCRYPTION_KEY is shorter than 16 bytes")
        );
        let old = problems(&[
            ("ENCRYPTION_KEY", "0123456789abcdef"),
            ("OLD_ENCRYPTION_KEYS", "0123456789abcdef,tiny"),
        ]);
        assert!(old.contains("PATCHBAY_OLD_ENCRYPTION_KEYS: An encryption key needs"), "{old}");
        assert!(!old.contains("tiny"), "{old}");
    }
}
