//! The benchmark: scenarios in both modes, with a receiver in a separate process.

mod bare_limit;
mod errors;
mod issues;
mod load;
pub mod receiver;
mod report;
mod running;
mod scenarios;
mod sync;
mod usage;

use std::net::SocketAddr;

use clap::{Parser, ValueEnum};

use report::Report;
use running::Running;
use scenarios::Scenario;
use sync::OfSync;

/// Size of the `data` of an event in bytes. The complete body has about 1.2 KB.
const DATA_BYTES: usize = 1_100;

/// Webhooks that the bare loop sends before each mode is measured.
const BARE_WEBHOOKS: usize = 40_000;

/// Options of the benchmark.
#[derive(Parser, Debug)]
pub struct Options {
    /// Modes to measure.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Mode::Embedded, Mode::Distributed])]
    modes: Vec<Mode>,
    /// Scenarios to run, in this order.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Scenario::value_variants().iter().copied())]
    scenarios: Vec<Scenario>,
    #[command(flatten)]
    sizes: Sizes,
    /// Scenarios of the tracker in the embedded mode, instead of the other scenarios.
    #[arg(long, value_enum, value_delimiter = ',')]
    tracker: Vec<OfTracker>,
    /// Parts of the synchronisation with trackers in the embedded mode, instead of the other scenarios.
    #[arg(long, value_enum, value_delimiter = ',')]
    sync: Vec<OfSync>,
    /// Run as the receiver of another benchmark process.
    #[arg(long, hide = true)]
    receive_on: Option<SocketAddr>,
}

/// The sizes of the scenarios.
#[derive(Parser, Debug)]
pub(crate) struct Sizes {
    /// Events of the scenarios `a` and `c`; `b` has a quarter of them.
    #[arg(long, default_value_t = 20_000)]
    events: usize,
    /// Concurrent callers of Publish.
    #[arg(long, default_value_t = 64)]
    callers: usize,
    /// Seconds of each part of the scenarios `light`, `idle`, `deep` and `fair`.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Waiting webhooks in the scenario `deep`.
    #[arg(long, default_value_t = 1_000_000)]
    backlog: usize,
    /// Installations of other organizations in the scenario `wide`.
    #[arg(long, default_value_t = 100_000)]
    subscriptions: usize,
    /// Errors in the scenario `errors`.
    #[arg(long, default_value_t = 100_000)]
    errors: usize,
    /// Issues in the scenario `issues`.
    #[arg(long, default_value_t = 100_000)]
    issues: usize,
    /// Linked issues of the synchronisation.
    #[arg(long, default_value_t = 10_000)]
    links: usize,
    /// Further links in its part `memory`.
    #[arg(long, default_value_t = 1_000_000)]
    more_links: usize,
}

/// A scenario of the tracker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OfTracker {
    /// Errors of known kinds, in batches.
    Errors,
    /// Pages of the issue list.
    Issues,
}

/// How Patchbay runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// One process with SQLite and the in-process bus.
    Embedded,
    /// One process per service with PostgreSQL and RabbitMQ.
    Distributed,
}

/// Runs the benchmark and prints the results.
///
/// # Errors
/// A part does not start, or events are lost.
pub async fn run(options: Options) -> anyhow::Result<()> {
    if let Some(address) = options.receive_on {
        return receiver::serve(address).await;
    }
    // reqwest needs a process-wide provider even without TLS; a second call finds the first provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    if !options.tracker.is_empty() {
        return of_tracker(&options).await;
    }
    if !options.sync.is_empty() {
        return of_sync(&options).await;
    }
    let mut report = Report::default();
    let receiver = receiver::Receiver::start().await?;
    for mode in options.modes {
        // Measured before each mode, because the limit of a shared machine changes.
        let bare = bare_limit::measure(&receiver, BARE_WEBHOOKS, options.sizes.callers).await?;
        report.bare_limit(mode, bare);
        let running = Running::start(mode).await?;
        for scenario in &options.scenarios {
            report::progress(&format!("{mode:?}: {scenario:?}"));
            let figures = scenario.play(&running, &receiver, &options.sizes).await?;
            report.add(mode, *scenario, bare, &figures);
        }
    }
    report.print();
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
async fn of_tracker(options: &Options) -> anyhow::Result<()> {
    for scenario in &options.tracker {
        match scenario {
            OfTracker::Errors => {
                for published in [false, true] {
                    let running = Running::start(Mode::Embedded).await?;
                    println!(
                        "{}",
                        errors::measure(&running, options.sizes.errors, published).await?.line(published)
                    );
                }
            }
            OfTracker::Issues => {
                let running = Running::start(Mode::Embedded).await?;
                println!("{}", issues::measure(&running, options.sizes.issues).await?.table());
            }
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
async fn of_sync(options: &Options) -> anyhow::Result<()> {
    for part in &options.sync {
        println!("{}", sync::measure(*part, options.sizes.links, options.sizes.more_links).await?);
    }
    Ok(())
}

/// The `data` of an event, with the time of its publication.
fn data(published_micros: i64) -> Vec<u8> {
    let mut data = format!(r#"{{"error":{{"at":{published_micros},"message":""#).into_bytes();
    data.resize(DATA_BYTES - 3, b'x');
    data.extend_from_slice(b"\"}}");
    data
}

/// The time of publication of the event in a body.
fn published_micros(body: &[u8]) -> Option<i64> {
    const MARK: &[u8] = br#""at":"#;
    let start = body.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
    let digits = body[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&body[start..start + digits]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_publishing_is_found_in_the_body() {
        let data = data(1_566_248_777_677_000);
        assert_eq!(data.len(), DATA_BYTES);
        assert_eq!(published_micros(&data), Some(1_566_248_777_677_000));
        serde_json::from_slice::<serde_json::Value>(&data).unwrap();
    }
}
