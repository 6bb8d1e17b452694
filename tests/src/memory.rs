//! The resident memory of a process, from `/proc`.

use std::fs;

/// The peak so far, in MiB.
pub fn peak_mib(pid: u32) -> f64 {
    of_status(pid, "VmHWM:")
}

/// The current value in MiB; 0 for a process that has ended.
pub fn resident_mib(pid: u32) -> f64 {
    of_status(pid, "VmRSS:")
}

fn of_status(pid: u32, name: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
