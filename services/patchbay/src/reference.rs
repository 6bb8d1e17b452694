//! `patchbay settings` and `patchbay metrics`: the generated pages of `docs/`.

use std::fmt::Write;

use patchbay_process::{Binary, Process};
use patchbay_runtime::{Metrics, Settings};

const SETTINGS_INTRODUCTION: &str = "\
# Settings

Every setting is an environment variable. The TOML file that `PATCHBAY_CONFIG` names can hold the same settings; variables take
precedence. An empty variable counts as not given; the word `none` (in the file also `[]`) is the empty list. `cargo xtask docs`
generates this page from the code.

";

const METRICS_INTRODUCTION: &str = "\
# Metrics

Every process serves its metrics for Prometheus under `/metrics` on its admin port. A histogram has the samples `_bucket`, `_sum` and
`_count`. `cargo xtask docs` generates this page from the code.
";

/// The settings of all services as Markdown, for `docs/configuration.md`.
#[must_use]
pub fn settings() -> String {
    let settings = Settings::from_pairs::<&str, &str>([]);
    let process = Process::new(Binary { name: "patchbay", migrations: None }, settings);
    let settings = process.settings();
    process.sealing_keys();
    crate::up::data_dir(settings);
    patchbay_gateway::http_listen(settings);
    patchbay_gateway::Config::read(settings);
    patchbay_installation::Config::read(settings);
    patchbay_auth_token::Config::read(settings);
    patchbay_event_fanout::Config::read(settings);
    patchbay_webhook_sender::Config::read(settings);
    patchbay_tracker::Config::read(settings);
    patchbay_issue_sync::Config::read(settings);
    patchbay_issue_sync::providers(settings);
    for (name, _) in patchbay_process::PEERS {
        process.peer(name);
    }
    format!("{SETTINGS_INTRODUCTION}{}", settings.reference_markdown())
}

type Register = fn(&Metrics);

/// The owners of metrics, and how each registers its own.
const METRICS: [(&str, Register); 8] = [
    ("all processes", patchbay_runtime::connections::register_metrics),
    ("gateway", |metrics| drop(patchbay_gateway::GatewayMetrics::register(metrics))),
    ("installation", |metrics| drop(patchbay_installation::InstallationMetrics::register(metrics))),
    ("auth-token", |metrics| drop(patchbay_auth_token::AuthTokenMetrics::register(metrics))),
    ("event-fanout", |metrics| drop(patchbay_event_fanout::FanoutMetrics::register(metrics))),
    ("webhook-sender", |metrics| drop(patchbay_webhook_sender::SenderMetrics::register(metrics))),
    ("tracker", |metrics| drop(patchbay_tracker::TrackerMetrics::register(metrics))),
    ("issue-sync", |metrics| drop(patchbay_issue_sync::SyncMetrics::register(metrics))),
];

/// The metrics of all services as Markdown, for `docs/metrics.md`.
#[must_use]
pub fn metrics() -> String {
    let mut text = METRICS_INTRODUCTION.to_owned();
    for (owner, register) in METRICS {
        let metrics = Metrics::new();
        register(&metrics);
        // Writing into a string does not fail.
        let _ = write!(text, "\n## {owner}\n\n{}", metrics.reference_markdown());
    }
    text
}

/// Prints a page.
///
/// # Errors
/// Never; the signature is that of every command.
#[expect(clippy::print_stdout, reason = "printing is what these commands are for")]
pub fn print(page: &str) -> anyhow::Result<()> {
    print!("{page}");
    Ok(())
}
