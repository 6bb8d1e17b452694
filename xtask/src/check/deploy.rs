//! The files in `deploy/`: the Helm chart, the Kubernetes files, alerts and the dashboard.

mod monitoring;
mod names;
mod references;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use regex::Regex;
use serde_json::Value;

use crate::cargo::workspace;
use crate::deploy_tools::Tools;

const CHART: &str = "deploy/helm/patchbay";
const BASE: &str = "deploy/kubernetes/base/patchbay.yaml";
const BASE_VALUES: &str = "deploy/kubernetes/base/values.yaml";
/// The folder of the rendered files.
const RENDERED: &str = "target/deploy";
const OVERLAYS: [&str; 2] = ["small", "production"];
/// The version for which the chart is rendered where the version matters.
const KUBERNETES: &str = "1.33";

/// Definitions of the Gateway API and of the Prometheus Operator, whose schemas are not part of Kubernetes.
const WITHOUT_SCHEMA: [&str; 3] = ["HTTPRoute", "PrometheusRule", "ServiceMonitor"];

/// Prints the documents of a YAML file as JSON.
const TO_JSON: &str = "import json, sys, yaml; print(json.dumps([one for one in yaml.safe_load_all(open(sys.argv[1])) if one]))";

/// Checks everything in `deploy/`, or with `write` first renders the base of kustomize again.
pub(crate) fn run_checks(write: bool) -> anyhow::Result<()> {
    let tools = Tools::install()?;
    let folder = workspace().join(RENDERED);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    base(&tools, write)?;
    let mut rendered = charts(&tools, &folder)?;
    for overlay in OVERLAYS {
        let path = format!("deploy/kubernetes/overlays/{overlay}");
        rendered.push(save(
            tools.program("kubectl").args(["kustomize", &path]),
            &folder.join(format!("kustomize-{overlay}.yaml")),
        )?);
    }
    let mut problems = names::violations()?;
    for file in &rendered {
        validate(&tools, file)?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let found = references::violations(&documents(&tools, file)?)?;
        problems.extend(found.into_iter().map(|problem| format!("{name}: {problem}")));
    }
    checkov(&tools)?;
    monitoring::check(&tools, &folder)?;
    ensure!(problems.is_empty(), "problems in deploy/:\n{}", problems.join("\n"));
    Ok(())
}

/// The base of kustomize is the rendered chart.
fn base(tools: &Tools, write: bool) -> anyhow::Result<()> {
    let rendered = output(template(tools, BASE_VALUES).args(["--kube-version", KUBERNETES]))?;
    let path = workspace().join(BASE);
    if write {
        fs::write(&path, &rendered)?;
    }
    let written = fs::read(&path).with_context(|| format!("cannot read {BASE}"))?;
    ensure!(written == rendered, "{BASE} differs from the chart; run `cargo xtask deploy --write`");
    Ok(())
}

/// Lints and renders the chart with each of its values files.
fn charts(tools: &Tools, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut rendered = Vec::new();
    for entry in fs::read_dir(workspace().join(CHART).join("ci"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let values = format!("{CHART}/ci/{name}");
        output(tools.program("helm").args(["lint", "--strict", CHART, "--values", &values]))?;
        let stem = name.trim_end_matches("-values.yaml");
        rendered.push(save(&mut template(tools, &values), &folder.join(format!("chart-{stem}.yaml")))?);
    }
    ensure!(rendered.len() >= 5, "{CHART}/ci has only {} values files", rendered.len());
    rendered.sort();
    Ok(rendered)
}

fn template(tools: &Tools, values: &str) -> Command {
    let mut helm = tools.program("helm");
    helm.args(["template", "patchbay", CHART, "--namespace", "patchbay", "--values", values]);
    helm
}

/// Every field exists and has the right type.
fn validate(tools: &Tools, file: &Path) -> anyhow::Result<()> {
    let report = tools.python_program("kubernetes-validate").arg("--strict").arg(file).output()?;
    let text =
        format!("{}{}", String::from_utf8_lossy(&report.stdout), String::from_utf8_lossy(&report.stderr));
    let (passed, others): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.contains("passed for resource"));
    ensure!(report.status.success(), "{}", others.join("\n"));
    ensure!(!passed.is_empty(), "kubernetes-validate has checked nothing in {}", file.display());
    for line in others {
        let known = WITHOUT_SCHEMA.iter().any(|kind| line.contains(&format!("schema for kind {kind} ")));
        ensure!(known, "{line}");
    }
    Ok(())
}

/// Good practice: users, limits of memory, probes, network policies and so on.
fn checkov(tools: &Tools) -> anyhow::Result<()> {
    let mut checkov = tools.python_program("checkov");
    checkov.args(["--config-file", "deploy/checkov.yml", "--skip-download", "--quiet", "--compact"]);
    // It skips a path with `..` in it without a word.
    let report = String::from_utf8(output(checkov.args(["--directory", RENDERED]))?)?;
    let passed = Regex::new(r"Passed checks: [1-9]\d\d+, Failed checks: 0,")?;
    ensure!(passed.is_match(&report), "checkov has checked nothing: {report}");
    Ok(())
}

fn documents(tools: &Tools, file: &Path) -> anyhow::Result<Vec<Value>> {
    let json = output(tools.python_program("python").args(["-c", TO_JSON]).arg(file))?;
    Ok(serde_json::from_slice(&json)?)
}

fn save(command: &mut Command, file: &Path) -> anyhow::Result<PathBuf> {
    fs::write(file, output(command)?)?;
    Ok(file.to_path_buf())
}

/// The standard output of a command. Fails with everything it printed if it fails.
fn output(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let output = command.output().with_context(|| format!("cannot run {:?}", command.get_program()))?;
    ensure!(
        output.status.success(),
        "{:?} failed: {}{}",
        command,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output.stdout)
}
