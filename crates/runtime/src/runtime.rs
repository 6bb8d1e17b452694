use patchbay_domain::Clock;

use crate::{Metrics, Readiness, Stop};

/// What a process gives to each of its services. Clones share everything.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// The time, as services see it.
    pub clock: Clock,
    /// The registry for the service's metrics.
    pub metrics: Metrics,
    /// The service adds a check here for everything it needs before it can take work.
    pub readiness: Readiness,
    /// Background tasks are spawned on it and end when it is requested.
    pub stop: Stop,
}

impl Runtime {
    /// A runtime with nothing registered yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, metrics: Metrics::new(), readiness: Readiness::new(), stop: Stop::new() }
    }
}
