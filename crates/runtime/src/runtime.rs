use patchbay_domain::{Clock, Random};

use crate::{Metrics, Readiness, Stop};

/// The parts of a process that its services share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// Source of the current time.
    pub clock: Clock,
    /// Source of random ids and pauses.
    pub random: Random,
    /// The registry for the service's metrics.
    pub metrics: Metrics,
    /// Readiness checks; a service adds one for each dependency that it needs to do its work.
    pub readiness: Readiness,
    /// Background tasks are spawned on it and finish when a stop is requested.
    pub stop: Stop,
}

impl Runtime {
    /// A runtime with unpredictable values and nothing registered yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            random: Random::system(),
            metrics: Metrics::new(),
            readiness: Readiness::new(),
            stop: Stop::new(),
        }
    }
}
