use std::time::Duration;

/// Interval of TCP keepalive probes, so that dead pooled connections are found before they are used.
pub(crate) const KEEPALIVE: Duration = Duration::from_secs(20);

/// Limits of the connections, the same for all requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Time limit for DNS, TCP and TLS together. 3 seconds by default.
    pub connect_timeout: Duration,
    /// Idle connections kept per host. 16 by default.
    pub max_idle_per_host: usize,
    /// How long an idle connection is kept. 60 seconds by default, less than the usual timeout of load
    /// balancers.
    pub idle_timeout: Duration,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            max_idle_per_host: 16,
            idle_timeout: Duration::from_secs(60),
        }
    }
}
