//! The results as Markdown tables for `docs/contributing/benchmarks.md`.

use std::fmt::Write as _;

use super::Mode;
use super::load::Measured;
use super::scenarios::{Figures, Scenario};

/// Collects the results.
#[derive(Default)]
pub(super) struct Report {
    bare: String,
    rows: String,
    processes: String,
    notes: String,
}

/// Prints progress.
#[expect(clippy::print_stderr, reason = "a benchmark says what it is doing")]
pub(super) fn progress(what: &str) {
    eprintln!("… {what}");
}

impl Report {
    pub(super) fn bare_limit(&mut self, mode: Mode, rate: f64) {
        let line =
            format!("Bare limit L before {mode:?} (reqwest signs and posts the same body): {rate:.0}/s");
        progress(&line);
        let _ = writeln!(self.bare, "{line}\n");
    }

    pub(super) fn add(&mut self, mode: Mode, scenario: Scenario, bare: f64, figures: &Figures) {
        for (name, measured) in &figures.loads {
            let row = row(mode, name, bare, measured);
            progress(&row);
            let _ = writeln!(self.rows, "{row}");
        }
        for note in &figures.notes {
            progress(note);
            let _ = writeln!(self.notes, "- {mode:?}, {note}");
        }
        let Some((name, measured)) = figures.loads.first().filter(|_| scenario == Scenario::A) else {
            return;
        };
        for (process, cpu, peak) in &measured.usage {
            let cpu = per_thousand(*cpu, measured);
            let _ = writeln!(self.processes, "| {mode:?} | {name} | {process} | {cpu:.4} | {peak:.0} |");
        }
    }

    #[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
    pub(super) fn print(&self) {
        let Self { bare, rows, processes, notes } = self;
        print!("{bare}");
        print!(
            "| mode | load | accepted/s | delivered/s | of L | p50 ms | p99 ms | CPU s per 1,000 |\n|---|---|---|---|---|---|---|---|\n{rows}"
        );
        if !processes.is_empty() {
            print!(
                "\n| mode | load | process | CPU s per 1,000 | peak MiB |\n|---|---|---|---|---|\n{processes}"
            );
        }
        if !notes.is_empty() {
            print!("\n{notes}");
        }
    }
}

fn row(mode: Mode, name: &str, bare: f64, measured: &Measured) -> String {
    let cpu: f64 = measured.usage.iter().map(|(_, cpu, _)| cpu).sum();
    format!(
        "| {mode:?} | {name} | {:.0} | {:.0} | {:.2} | {:.1} | {:.1} | {:.3} |",
        measured.accepted_rate,
        measured.delivered_rate,
        measured.delivered_rate / bare,
        measured.arrived.p50,
        measured.arrived.p99,
        per_thousand(cpu, measured),
    )
}

fn per_thousand(cpu: f64, measured: &Measured) -> f64 {
    cpu * 1000.0 / measured.arrived.count as f64
}
