//! The state that all operations share.

use std::sync::Arc;

use chrono::TimeDelta;
use patchbay_domain::Random;
use patchbay_runtime::Runtime;
use tokio::sync::Semaphore;

use crate::apps::options_cache::OptionsCache;
use crate::apps::warnings::AppWarnings;
use crate::config::Config;
use crate::grpc::Channels;
use crate::metrics::GatewayMetrics;
use patchbay_edge::introspection::{Introspection, TokenMetrics};
use patchbay_edge::origins::Origins;
use patchbay_edge::rate_limit::RateLimits;
use patchbay_edge::unknown_proxy::UnknownProxy;

/// Shared by every operation; cheap to clone.
#[derive(Clone, Debug)]
pub struct Context {
    pub(crate) services: Arc<Channels>,
    pub(crate) introspection: Arc<Introspection>,
    pub(crate) config: Arc<Config>,
    pub(crate) random: Random,
    pub(crate) metrics: Arc<GatewayMetrics>,
    pub(crate) origins: Arc<Origins>,
    pub(crate) rate_limits: Arc<RateLimits>,
    pub(crate) unknown_proxy: Arc<UnknownProxy>,
    pub(crate) options: Arc<OptionsCache>,
    pub(crate) app_warnings: Arc<AppWarnings>,
    /// One permit for each request in flight.
    pub(crate) requests: Arc<Semaphore>,
}

impl Context {
    /// The state of a gateway in front of these services. Connections are made with the first call.
    pub fn new(services: Channels, config: Config, runtime: &Runtime) -> Self {
        let metrics = GatewayMetrics::register(&runtime.metrics);
        let token_metrics = TokenMetrics {
            cache_hits: metrics.token_cache_hits.clone(),
            cache_misses: metrics.token_cache_misses.clone(),
            revocations_watched: metrics.revocations_watched.clone(),
        };
        let introspection =
            Introspection::new(services.tokens(), runtime.clock.clone(), config.token_cache, token_metrics);
        let origins = Origins::new(services.apps(), runtime.clock.clone());
        let options = TimeDelta::from_std(config.options_cache).unwrap_or(TimeDelta::MAX);
        Self {
            origins: Arc::new(origins),
            rate_limits: Arc::new(RateLimits::new(config.caller_limit, config.address_limit)),
            unknown_proxy: Arc::default(),
            app_warnings: Arc::default(),
            options: Arc::new(OptionsCache::new(options)),
            services: Arc::new(services),
            introspection: Arc::new(introspection),
            requests: Arc::new(Semaphore::new(config.max_requests)),
            config: Arc::new(config),
            random: runtime.random.clone(),
            metrics: Arc::new(metrics),
        }
    }
}
