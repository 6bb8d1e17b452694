//! The synchronisation of issues with tickets, in the embedded mode: a storm of changes from a tracker, the limit of calls to it, a
//! tracker that is dead, and the memory of many links.

mod company;
mod tracker;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::ensure;
use clap::ValueEnum;
use futures::{StreamExt, TryStreamExt};
use hdrhistogram::Histogram;
use patchbay_domain::Clock;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::Mode;
use super::report::progress;
use super::running::Running;
use super::usage::Usage;
use company::{Company, Link};
use tracker::StandIn;

/// Webhooks on the way at once.
const SENDERS: usize = 32;
/// How long the storm may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// Changes for the limit of calls.
const LIMITED: usize = 150;
/// Healthy trackers beside the dead one, blocks of samples with and without it, and samples of a block at each tracker.
const HEALTHY: usize = 4;
const BLOCKS: usize = 6;
const SAMPLES: usize = 10;

/// A part of the synchronisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OfSync {
    /// Assignees that come from the tracker.
    Inbound,
    /// Assignees that go to the tracker, and a tracker that is dead.
    Outbound,
    /// Resident memory with many links.
    Memory,
}

/// Runs one part. `links` is the number of linked issues, `more_links` that of the part `memory`.
///
/// # Errors
/// A part does not start, or a change is lost.
pub(super) async fn measure(part: OfSync, links: usize, more_links: usize) -> anyhow::Result<String> {
    let folder = tempfile::tempdir()?;
    let standin = StandIn::start(folder.path()).await?;
    let running = start(folder.path()).await?;
    match part {
        OfSync::Inbound => inbound(&running, &standin, links).await,
        OfSync::Outbound => outbound(&running, &standin).await,
        OfSync::Memory => memory(&running, &standin, links, more_links).await,
    }
}

async fn start(folder: &Path) -> anyhow::Result<Running> {
    let providers = folder.join("providers.toml").display().to_string();
    Running::start_with(Mode::Embedded, &[("PROVIDERS", providers)]).await
}

async fn inbound(running: &Running, standin: &StandIn, count: usize) -> anyhow::Result<String> {
    let company = Company::found(running, "Sync inbound").await?;
    let integration = company.connect("one").await?;
    let links = company.link(running, integration, count).await?;
    let storm = storm(running, &company, standin, integration, &links, 0).await?;
    let assigned = company.assigned().await?;
    ensure!(assigned == count, "{assigned} of {count} issues are assigned");
    Ok(storm.line(count))
}

/// The figures of a storm.
struct Storm {
    per_second: f64,
    cpu_seconds: f64,
    peak_mib: f64,
    answers: Histogram<u64>,
}

impl Storm {
    fn line(&self, count: usize) -> String {
        let Self { per_second, cpu_seconds, peak_mib, answers } = self;
        let millis = |quantile| answers.value_at_quantile(quantile) as f64 / 1000.0;
        format!(
            "inbound: {count} changes of assignees are applied at {per_second:.0}/s, with {:.2} s of CPU per 1,000 and {peak_mib:.0} MiB at \
             most; a webhook is answered within {:.1} ms (p50) and {:.1} ms (p99)",
            cpu_seconds * 1000.0 / count as f64,
            millis(0.5),
            millis(0.99),
        )
    }
}

/// Assigns every ticket to a person at the tracker, and waits until all changes are applied.
async fn storm(
    running: &Running,
    company: &Company,
    standin: &StandIn,
    integration: i64,
    links: &[Link],
    person: usize,
) -> anyhow::Result<Storm> {
    progress(&format!("inbound: {} webhooks", links.len()));
    let http = reqwest::Client::new();
    let url = standin.webhook("one");
    let applied = company.applied(integration).await?;
    let (usage, started) = (Usage::begin(&running.processes), Instant::now());
    let answers = futures::stream::iter(links.iter().enumerate())
        .map(|(n, link)| {
            let event = json!({
                "event": "issue_updated", "id": format!("{person}.{n}"), "occurredAt": Clock::system().now(),
                "issue": {"key": link.key, "assignee": {"email": company.people[person]}}, "changed": ["assignee"],
            });
            let call = http.post(&url).header("content-type", "application/json").body(event.to_string());
            async move {
                let sent = Instant::now();
                let answer = call.send().await?;
                ensure!(answer.status() == 200, "a webhook is answered with {}", answer.status());
                Ok(u64::try_from(sent.elapsed().as_micros())?)
            }
        })
        .buffer_unordered(SENDERS)
        .try_fold(Histogram::new_with_bounds(1, 60_000_000, 3)?, async |mut answers, micros| {
            answers.saturating_record(micros);
            Ok(answers)
        })
        .await?;
    while company.applied(integration).await? < applied + links.len() {
        ensure!(started.elapsed() < PATIENCE, "changes still wait after {PATIENCE:?}");
        sleep(Duration::from_millis(50)).await;
    }
    let per_second = links.len() as f64 / started.elapsed().as_secs_f64();
    let used = usage.until_now();
    let (_, cpu_seconds, peak_mib) = used.first().cloned().unwrap_or_default();
    Ok(Storm { per_second, cpu_seconds, peak_mib, answers })
}

async fn outbound(running: &Running, standin: &StandIn) -> anyhow::Result<String> {
    let mut lines = String::new();
    let company = Company::found(running, "Sync outbound").await?;
    let integration = company.connect("one").await?;
    let links = company.link(running, integration, LIMITED).await?;
    progress("outbound: the limit of calls");
    let (usage, started, before) = (Usage::begin(&running.processes), Instant::now(), standin.calls("one"));
    company.assign(&links).await?;
    standin.assigned("one", LIMITED).await?;
    let (took, calls) = (started.elapsed().as_secs_f64(), standin.calls("one") - before);
    let cpu: f64 = usage.until_now().iter().map(|(_, cpu, _)| cpu).sum();
    writeln!(
        lines,
        "outbound: {LIMITED} assignees reach the tracker with {:.1} calls/s (limit: 10/s after 20 at once) and {:.0} % of one CPU",
        calls as f64 / took,
        cpu * 100.0 / took
    )?;

    let mut healthy = Vec::new();
    for n in 0..HEALTHY {
        let name = format!("healthy-{n}");
        let integration = company.connect(&name).await?;
        healthy.push((name, company.link(running, integration, BLOCKS * SAMPLES).await?));
    }
    let dead = company.connect("dead").await?;
    let dead_links = company.link(running, dead, BLOCKS * LIMITED).await?;
    let new = || Histogram::<u64>::new_with_bounds(1, 60_000_000, 3);
    let mut latencies = [new()?, new()?];
    for block in 0..BLOCKS {
        let with_dead = block % 2;
        progress(&format!("outbound: block {block}, the dead tracker has work: {}", with_dead == 1));
        if with_dead == 1 {
            company.assign(&dead_links[block * LIMITED..(block + 1) * LIMITED]).await?;
        }
        for sample in 0..SAMPLES {
            for (name, links) in &healthy {
                let (started, before) = (Instant::now(), standin.assignments(name));
                company.assign(&links[block * SAMPLES + sample..][..1]).await?;
                standin.assigned(name, before + 1).await?;
                latencies[with_dead].saturating_record(u64::try_from(started.elapsed().as_micros())?);
            }
            // Below the limit of each tracker.
            sleep(Duration::from_millis(300)).await;
        }
    }
    let p99 = |n: usize| latencies[n].value_at_quantile(0.99) as f64 / 1000.0;
    writeln!(
        lines,
        "outbound: a change reaches a healthy tracker within {:.1} ms (p99) alone and {:.1} ms beside a dead one, {:.2} times as long",
        p99(0),
        p99(1),
        p99(1) / p99(0)
    )?;
    Ok(lines.trim_end().to_owned())
}

async fn memory(
    running: &Running,
    standin: &StandIn,
    links: usize,
    more_links: usize,
) -> anyhow::Result<String> {
    let company = Company::found(running, "Sync memory").await?;
    let integration = company.connect("one").await?;
    let few = company.link(running, integration, links).await?;
    let with_few = storm(running, &company, standin, integration, &few, 0).await?;
    progress(&format!("memory: {more_links} more links"));
    company.add_links(running, integration, more_links).await?;
    let with_many = storm(running, &company, standin, integration, &few, 1).await?;
    Ok(format!(
        "memory: {links} changes take {:.0} MiB at most with {links} links and {:.0} MiB with {} links, {:.2} times as much; {:.0}/s and {:.0}/s",
        with_few.peak_mib,
        with_many.peak_mib,
        links + more_links,
        with_many.peak_mib / with_few.peak_mib,
        with_few.per_second,
        with_many.per_second,
    ))
}
