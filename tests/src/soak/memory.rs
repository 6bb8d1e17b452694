//! The resident memory of processes over time.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Instant;

use anyhow::ensure;

use crate::memory::resident_mib;

/// Allowed growth over the whole run: the noise of allocators, and a share of the total.
const NOISE_MIB: f64 = 6.0;
const NOISE_PART: f64 = 0.1;

/// Samples by process.
#[derive(Debug, Default)]
pub(super) struct Memory {
    begun: Option<Instant>,
    processes: BTreeMap<String, Series>,
}

#[derive(Debug, Default)]
struct Series {
    pid: u32,
    /// Seconds and MiB.
    samples: Vec<(f64, f64)>,
    latest: f64,
}

/// The trend of a process's memory: a straight line through its samples.
#[derive(Debug, PartialEq)]
struct Trend {
    mean: f64,
    mib_per_minute: f64,
    /// The growth of the line from the first sample to the last.
    growth: f64,
}

impl Memory {
    /// Samples the memory of each process. The trend covers the samples of the current process only.
    pub(super) fn sample(&mut self, processes: &[(String, u32)], counts: bool) {
        let seconds = self.begun.get_or_insert_with(Instant::now).elapsed().as_secs_f64();
        for (name, pid) in processes {
            let series = self.processes.entry(name.clone()).or_default();
            if series.pid != *pid {
                *series = Series { pid: *pid, ..Series::default() };
            }
            series.latest = resident_mib(*pid);
            if counts {
                series.samples.push((seconds, series.latest));
            }
        }
    }

    /// The latest values.
    pub(super) fn now(&self) -> String {
        let figures = self.processes.iter().map(|(name, series)| {
            format!("{} {:.0}", name.strip_prefix("patchbay-").unwrap_or(name), series.latest)
        });
        figures.collect::<Vec<_>>().join(", ")
    }

    /// A Markdown table.
    pub(super) fn table(&self) -> String {
        let mut table = "| process | MiB on average | MiB a minute | growth |\n|---|---|---|---|".to_owned();
        for (name, series) in &self.processes {
            let Trend { mean, mib_per_minute, growth } = trend(&series.samples);
            let _ = write!(table, "\n| {name} | {mean:.1} | {mib_per_minute:+.2} | {growth:+.1} |");
        }
        table
    }

    /// # Errors
    /// The memory of a process grew.
    pub(super) fn judge(&self) -> anyhow::Result<()> {
        for (name, series) in &self.processes {
            let trend = trend(&series.samples);
            let may_grow = NOISE_MIB + NOISE_PART * trend.mean;
            ensure!(trend.growth <= may_grow, "the memory of {name} grows: {trend:?}");
        }
        Ok(())
    }
}

/// Least squares.
fn trend(samples: &[(f64, f64)]) -> Trend {
    let count = samples.len().max(1) as f64;
    let (time, mean) =
        samples.iter().fold((0.0, 0.0), |(x, y), sample| (x + sample.0 / count, y + sample.1 / count));
    let (covariance, variance) = samples.iter().fold((0.0, 0.0), |(covariance, variance), sample| {
        (covariance + (sample.0 - time) * (sample.1 - mean), variance + (sample.0 - time).powi(2))
    });
    let slope = if variance > 0.0 { covariance / variance } else { 0.0 };
    let lasted = samples.last().zip(samples.first()).map_or(0.0, |(last, first)| last.0 - first.0);
    Trend { mean, mib_per_minute: slope * 60.0, growth: slope * lasted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leak_is_distinguished_from_noise() {
        let of = |mib: fn(f64) -> f64| {
            (0..300).map(|second| (f64::from(second), mib(f64::from(second)))).collect::<Vec<_>>()
        };
        let leak = trend(&of(|second| 50.0 + second / 10.0));
        assert!((leak.mib_per_minute - 6.0).abs() < 1e-6 && (leak.growth - 29.9).abs() < 1e-6, "{leak:?}");
        let noise = trend(&of(|second| 50.0 + (second % 7.0)));
        assert!(noise.growth.abs() < 1.0, "{noise:?}");
        assert_eq!(trend(&[]), Trend { mean: 0.0, mib_per_minute: 0.0, growth: 0.0 });
    }
}
