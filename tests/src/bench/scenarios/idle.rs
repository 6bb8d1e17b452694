//! `idle`: the cost of doing nothing.

use std::time::Duration;

use super::Figures;
use crate::bench::Sizes;
use crate::bench::running::Running;
use crate::bench::usage::Usage;

/// Earlier work is finished by then.
const SETTLING: Duration = Duration::from_secs(5);

pub(super) async fn play(running: &Running, sizes: &Sizes) -> Figures {
    tokio::time::sleep(SETTLING).await;
    let before = Usage::begin(&running.processes);
    tokio::time::sleep(Duration::from_secs(sizes.seconds)).await;
    let percent = |cpu: f64| cpu * 100.0 / sizes.seconds as f64;
    let each: Vec<String> = before
        .until_now()
        .iter()
        .map(|(name, cpu, peak)| format!("{name} {:.2} % of a core and {peak:.0} MiB", percent(*cpu)))
        .collect();
    Figures::default().note(format!("idle: {}", each.join(", ")))
}
