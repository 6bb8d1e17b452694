//! Resource usage of a process, from `/proc`.

use std::fs;

/// `USER_HZ`, the unit of CPU time in `/proc`: 100 on every Linux that Rust's std supports.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU seconds of a process so far, in user and kernel mode, including its children that have ended.
fn cpu_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name in parentheses may contain anything; the numbers follow it.
    let numbers: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .map(|n| n.parse().unwrap_or(0.0))
        .collect();
    numbers.get(11..15).map_or(0.0, |times| times.iter().sum::<f64>() / TICKS_PER_SECOND)
}

/// Largest resident memory of a process since [`forget_peak`], in MiB.
fn peak_mib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// Resets the peak to the current value. Without the permission to do so, the peak is that of the whole life
/// of the process.
fn forget_peak(pid: u32) {
    let _ = fs::write(format!("/proc/{pid}/clear_refs"), "5");
}

/// A process and its descendants.
fn family(pid: u32) -> Vec<u32> {
    let mut family = vec![pid];
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
        family.extend(self::family(child));
    }
    family
}

/// Named processes and the CPU time each had used at the start, including children.
#[derive(Clone, Debug)]
pub(super) struct Usage(Vec<(String, u32, f64)>);

impl Usage {
    pub(super) fn begin(processes: &[(String, u32)]) -> Self {
        processes.iter().flat_map(|(_, pid)| family(*pid)).for_each(forget_peak);
        Self(processes.iter().map(|(name, pid)| (name.clone(), *pid, of_family(*pid))).collect())
    }

    /// CPU seconds of each process since the start, and its peak memory in MiB.
    pub(super) fn until_now(&self) -> Vec<(String, f64, f64)> {
        let used =
            |(name, pid, then): &(String, u32, f64)| (name.clone(), of_family(*pid) - then, peak_mib(*pid));
        self.0.iter().map(used).collect()
    }
}

fn of_family(pid: u32) -> f64 {
    family(pid).into_iter().map(cpu_seconds).sum()
}
