//! What every request needs.

use std::sync::Arc;

use chrono::TimeDelta;
use patchbay_domain::Clock;
use patchbay_runtime::Metrics;
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::grpc::Channels;
use crate::introspection::Introspection;
use crate::metrics::GatewayMetrics;
use crate::origins::Origins;
use crate::rate_limit::RateLimits;
use crate::select_options::OptionsCache;

/// What every request needs. Clones are the same gateway.
#[derive(Clone, Debug)]
pub struct Gateway {
    pub(crate) services: Arc<Channels>,
    pub(crate) introspection: Arc<Introspection>,
    pub(crate) config: Arc<Config>,
    pub(crate) metrics: Arc<GatewayMetrics>,
    pub(crate) origins: Arc<Origins>,
    pub(crate) rate_limits: Arc<RateLimits>,
    pub(crate) options: Arc<OptionsCache>,
    /// One permit for each request that is being worked on.
    pub(crate) requests: Arc<Semaphore>,
}

impl Gateway {
    /// A gateway in front of these services. Nothing is connected yet.
    pub fn new(services: Channels, config: Config, clock: Clock, metrics: &Metrics) -> Self {
        let metrics = GatewayMetrics::register(metrics);
        let introspection =
            Introspection::new(services.tokens(), clock.clone(), config.token_cache, metrics.clone());
        let origins = Origins::new(services.apps(), clock);
        let options = TimeDelta::from_std(config.options_cache).unwrap_or(TimeDelta::MAX);
        Self {
            origins: Arc::new(origins),
            rate_limits: Arc::new(RateLimits::new(config.caller_limit, config.address_limit)),
            options: Arc::new(OptionsCache::new(options)),
            services: Arc::new(services),
            introspection: Arc::new(introspection),
            requests: Arc::new(Semaphore::new(config.max_requests)),
            config: Arc::new(config),
            metrics: Arc::new(metrics),
        }
    }
}
