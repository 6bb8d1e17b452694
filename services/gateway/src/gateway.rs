//! What every request needs.

use std::sync::Arc;

use patchbay_domain::Clock;
use patchbay_runtime::Metrics;
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::grpc::Channels;
use crate::introspection::Introspection;
use crate::metrics::GatewayMetrics;

/// What every request needs. Clones are the same gateway.
#[derive(Clone, Debug)]
pub struct Gateway {
    pub(crate) services: Arc<Channels>,
    pub(crate) introspection: Arc<Introspection>,
    pub(crate) config: Arc<Config>,
    pub(crate) metrics: Arc<GatewayMetrics>,
    /// One permit for each request that is being worked on.
    pub(crate) requests: Arc<Semaphore>,
}

impl Gateway {
    /// A gateway in front of these services. Nothing is connected yet.
    pub fn new(services: Channels, config: Config, clock: Clock, metrics: &Metrics) -> Self {
        let metrics = GatewayMetrics::register(metrics);
        let introspection = Introspection::new(services.tokens(), clock, config.token_cache, metrics.clone());
        Self {
            services: Arc::new(services),
            introspection: Arc::new(introspection),
            requests: Arc::new(Semaphore::new(config.max_requests)),
            config: Arc::new(config),
            metrics: Arc::new(metrics),
        }
    }
}
