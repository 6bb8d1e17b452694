//! What a process has used, as Linux tells.

use std::fs;

/// `USER_HZ`: what `/proc` counts CPU time in, 100 on every Linux that Rust's std runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU seconds of a process so far, in user and kernel mode.
fn cpu_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name in parentheses may hold anything; the numbers begin behind it.
    let numbers: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .map(|n| n.parse().unwrap_or(0.0))
        .collect();
    numbers.get(11..13).map_or(0.0, |times| times.iter().sum::<f64>() / TICKS_PER_SECOND)
}

/// Largest resident memory of a process so far, in MiB.
pub(super) fn peak_mib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// A process and all that it has started.
fn family(pid: u32) -> Vec<u32> {
    let mut family = vec![pid];
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
        family.extend(self::family(child));
    }
    family
}

/// Named processes and how much CPU each had used at one moment.
#[derive(Clone, Debug)]
pub(super) struct Usage(Vec<(String, u32, f64)>);

impl Usage {
    /// Takes the time of each process, children included.
    pub(super) fn now(processes: &[(String, u32)]) -> Self {
        let of_family = |pid| family(pid).into_iter().map(cpu_seconds).sum();
        Self(processes.iter().map(|(name, pid)| (name.clone(), *pid, of_family(*pid))).collect())
    }

    /// CPU seconds of each process since `earlier`, and its peak memory in MiB.
    pub(super) fn since(&self, earlier: &Self) -> Vec<(String, f64, f64)> {
        let pairs = self.0.iter().zip(&earlier.0);
        pairs.map(|((name, pid, now), (_, _, then))| (name.clone(), now - then, peak_mib(*pid))).collect()
    }
}
