//! The figures as Markdown tables, ready for `docs/benchmarks.md`.

use std::fmt::Write as _;

use super::Mode;
use super::publisher::Measured;

/// Collects the figures until all are there.
pub(super) struct Report {
    bare: f64,
    scenarios: String,
    processes: String,
}

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its figures, and what it is doing meanwhile"
)]
impl Report {
    pub(super) fn new() -> Self {
        Self { bare: f64::NAN, scenarios: String::new(), processes: String::new() }
    }

    pub(super) fn progress(&self, what: &str) {
        eprintln!("… {what}");
    }

    pub(super) fn bare_limit(&mut self, rate: f64) {
        self.bare = rate;
        self.line(&format!("Bare limit L (reqwest signs and posts the same body): {rate:.0} webhooks/s\n"));
        self.line(
            "| mode | scenario | accepted/s | delivered/s | of L | p50 ms | p99 ms | CPU s per 1,000 |",
        );
        self.line("|---|---|---|---|---|---|---|---|");
        eprintln!("… bare limit {rate:.0}/s");
    }

    pub(super) fn mode(&mut self, mode: Mode, flood: &Measured, light: &Measured) {
        for (scenario, measured) in [("a", flood), ("light", light)] {
            let cpu: f64 = measured.usage.iter().map(|(_, cpu, _)| cpu).sum();
            let line = format!(
                "| {mode:?} | {scenario} | {:.0} | {:.0} | {:.2} | {:.1} | {:.1} | {:.3} |",
                measured.accepted_rate,
                measured.delivered_rate,
                measured.delivered_rate / self.bare,
                measured.arrived.p50,
                measured.arrived.p99,
                per_thousand(cpu, measured),
            );
            self.line(&line);
        }
        if self.processes.is_empty() {
            self.processes.push_str(
                "\n| process (scenario a) | CPU s per 1,000 deliveries | peak MiB |\n|---|---|---|\n",
            );
        }
        for (name, cpu, peak) in &flood.usage {
            let _ = writeln!(
                self.processes,
                "| {mode:?}: {name} | {:.4} | {peak:.0} |",
                per_thousand(*cpu, flood)
            );
        }
    }

    pub(super) fn print(&self) {
        print!("{}{}", self.scenarios, self.processes);
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.scenarios, "{line}");
    }
}

fn per_thousand(cpu: f64, measured: &Measured) -> f64 {
    cpu * 1000.0 / measured.events as f64
}
