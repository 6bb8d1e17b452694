//! Names in files for operators exist: metrics, settings, alerts.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, ensure};
use regex::Regex;

use crate::cargo::workspace;
use crate::check::tree::files;

const ALERTS: &str = "deploy/monitoring/prometheus/alerts.yml";
const TESTS: &str = "deploy/monitoring/prometheus/alerts.test.yml";
const RUNBOOK: &str = "docs/operating/runbook.md";
/// Files that name metrics and settings.
const FOLDERS: [&str; 2] = ["deploy/", "docs/operating/"];
/// Names of volumes, files and variables that look like metrics or settings.
const NEITHER: [&str; 3] = ["PATCHBAY_CHECK_DIR", "PATCHBAY_COMPOSE", "PATCHBAY_TEST"];

/// Every violation, one a line.
pub(super) fn violations() -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let metrics = names(&read("docs/metrics.md")?, r"`(patchbay_\w+)`")?;
    let mut settings = names(&read("docs/configuration.md")?, r"`(PATCHBAY_\w+)`")?;
    settings.extend(names(&read("docker-compose.yml")?, r"\b(PATCHBAY_\w+)")?);
    ensure!(
        metrics.len() > 50 && settings.len() > 50,
        "the tables of metrics and settings are no longer recognised"
    );
    for file in files(&["yml", "yaml", "tpl", "json", "md", "service"])? {
        if !FOLDERS.iter().any(|folder| file.path.starts_with(folder)) {
            continue;
        }
        for name in names(
            &file.text,
            r"\b(patchbay_(?:gateway|installation|auth_token|event_fanout|webhook_sender|tracker|issue_sync)_\w+)",
        )? {
            let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
            if !metrics.contains(&name) && !histogram.is_some_and(|name| metrics.contains(name)) {
                found.push(format!("{}: docs/metrics.md has no {name}", file.path));
            }
        }
        for name in names(&file.text, r"\b(PATCHBAY_[A-Z][A-Z_]*[A-Z])\b")? {
            if !settings.contains(&name) && !NEITHER.contains(&name.as_str()) {
                found.push(format!("{}: docs/configuration.md has no {name}", file.path));
            }
        }
    }
    found.extend(alerts()?);
    Ok(found)
}

/// Each alert has a test in which it fires and one in which it does not, and a section of the runbook to which it refers.
fn alerts() -> anyhow::Result<Vec<String>> {
    let (text, tests, runbook) = (read(ALERTS)?, read(TESTS)?, read(RUNBOOK)?);
    let alerts = names(&text, r"(?m)^\s*- alert: (\w+)$")?;
    ensure!(!alerts.is_empty(), "{ALERTS}: this check no longer recognises any alert");
    let fires = names(&tests, r"alertname: (\w+)\s+exp_alerts:\s+- exp_labels")?;
    let silent = names(&tests, r"alertname: (\w+)\s+exp_alerts: \[\]")?;
    let sections = names(&runbook, r"(?m)^### (Patchbay\w+)$")?;
    let mut found = Vec::new();
    for alert in &alerts {
        if !fires.contains(alert) || !silent.contains(alert) {
            found.push(format!(
                "{TESTS}: {alert} has no test in which it fires, or none in which it does not"
            ));
        }
        if !sections.contains(alert) {
            found.push(format!("{RUNBOOK}: no section about {alert}"));
        }
        if !text.contains(&format!("runbook: {RUNBOOK}#{}\n", alert.to_ascii_lowercase())) {
            found.push(format!("{ALERTS}: {alert} does not refer to its section of the runbook"));
        }
    }
    found.extend(sections.difference(&alerts).map(|gone| format!("{RUNBOOK}: there is no alert {gone}")));
    Ok(found)
}

fn names(text: &str, pattern: &str) -> anyhow::Result<BTreeSet<String>> {
    Ok(Regex::new(pattern)?.captures_iter(text).map(|captures| captures[1].to_owned()).collect())
}

fn read(path: &str) -> anyhow::Result<String> {
    fs::read_to_string(workspace().join(path)).with_context(|| format!("cannot read {path}"))
}
