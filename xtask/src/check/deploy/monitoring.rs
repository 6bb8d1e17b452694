//! Alerts and the dashboard: valid for Prometheus, and tested.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::cargo::{run, workspace};
use crate::deploy_tools::Tools;

const FOLDER: &str = "deploy/monitoring/prometheus";
const DASHBOARD: &str = "deploy/monitoring/grafana/dashboard.json";

pub(super) fn check(tools: &Tools, folder: &Path) -> anyhow::Result<()> {
    run(tools.program("promtool").args(["check", "config", &format!("{FOLDER}/prometheus.yml")]))?;
    run(tools.program("promtool").args(["test", "rules", &format!("{FOLDER}/alerts.test.yml")]))?;
    // Prometheus parses the queries of the dashboard as rules. JSON is valid YAML.
    let rules = folder.join("dashboard-queries.yml");
    fs::write(&rules, serde_json::to_vec(&as_rules(&dashboard()?)?)?)?;
    run(tools.program("promtool").args(["check", "rules"]).arg(&rules))
}

fn dashboard() -> anyhow::Result<Value> {
    let text = fs::read_to_string(workspace().join(DASHBOARD))?;
    serde_json::from_str(&text).with_context(|| format!("{DASHBOARD} is not valid JSON"))
}

fn as_rules(dashboard: &Value) -> anyhow::Result<Value> {
    let panels = dashboard["panels"].as_array().context("the dashboard has no panels")?;
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let queries = targets.filter_map(|target| target["expr"].as_str());
    let rules: Vec<Value> = (0..)
        .zip(queries)
        .map(|(number, query)| {
            let query = query.replace("$__rate_interval", "1m").replace("$job", ".+");
            json!({ "record": format!("dashboard:query_{number}"), "expr": query })
        })
        .collect();
    ensure!(!rules.is_empty(), "the dashboard has no queries");
    Ok(json!({ "groups": [{ "name": "dashboard", "rules": rules }] }))
}
