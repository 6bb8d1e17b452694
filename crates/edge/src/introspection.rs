//! The subject and the scopes of a token, from the token service, cached for a moment.

mod cache;
mod token;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use patchbay_domain::{Clock, Result, SecretString, token as secret};
use patchbay_proto::auth_token::IntrospectRequest;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_rpc::{Channel, request};
use patchbay_runtime::metrics::{Counter, Gauge};

pub use token::{Subject, Token};

use crate::answer::Answer;
use cache::Cache;

/// Entries of one generation of the cache, which holds two; about 200 bytes each.
const CACHED_TOKENS: usize = 20_000;

/// Counters of the token cache.
#[derive(Debug)]
pub struct TokenMetrics {
    /// Tokens answered from the cache.
    pub cache_hits: Counter,
    /// Tokens that the token service was asked about.
    pub cache_misses: Counter,
    /// 1 while revocations are received, 0 while the cache is off.
    pub revocations_watched: Gauge,
}

/// Asks the token service about tokens, and remembers its answers.
pub struct Introspection {
    tokens: TokensClient<Channel>,
    clock: Clock,
    cache: Mutex<Cache>,
    was_watched: AtomicBool,
    metrics: TokenMetrics,
}

impl Introspection {
    /// An empty cache that keeps answers for `lifetime` at most.
    pub fn new(
        tokens: TokensClient<Channel>,
        clock: Clock,
        lifetime: Duration,
        metrics: TokenMetrics,
    ) -> Self {
        let lifetime = TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::MAX);
        let cache = Mutex::new(Cache::new(CACHED_TOKENS, lifetime));
        Self { tokens, clock, cache, was_watched: AtomicBool::new(false), metrics }
    }

    /// The subject and the scopes of the token at this moment.
    ///
    /// # Errors
    /// Unauthenticated when the token is invalid; any error of the token service.
    pub async fn introspect(&self, token: &SecretString) -> Result<Token> {
        let hash = secret::hash(token.expose());
        let ticket = {
            let mut cache = self.cache();
            if let Some(known) = cache.get(&hash, self.clock.now()) {
                self.metrics.cache_hits.inc();
                return Ok(known);
            }
            cache.ticket()
        };
        self.metrics.cache_misses.inc();
        let message = request(IntrospectRequest { token: token.expose().to_owned() });
        let token = Token::read(self.tokens.clone().introspect(message).await.answer()?)?;
        self.cache().insert(ticket, hash, token.clone(), self.clock.now());
        Ok(token)
    }

    /// From now on every revocation is reported by [`Introspection::revoked`].
    pub fn watch_begins(&self) {
        self.cache().begin();
        self.was_watched.store(true, Ordering::Relaxed);
        self.metrics.revocations_watched.set(1);
    }

    /// The tokens with these hashes have been revoked.
    pub fn revoked(&self, hashes: &[Vec<u8>]) {
        self.cache().revoke(hashes);
    }

    /// This token has been revoked through this gateway, which need not wait for the report.
    pub fn forget(&self, token: &SecretString) {
        self.cache().revoke(&[secret::hash(token.expose()).to_vec()]);
    }

    /// Tokens of this installation have been revoked through this gateway: the caller sees the effect at once.
    pub fn forget_installation(&self, uuid: &str) {
        if let Ok(uuid) = uuid.parse() {
            self.cache().forget_installation(uuid);
        }
    }

    /// Revocations may be missed from now on.
    pub fn watch_ends(&self) {
        self.cache().end();
        self.metrics.revocations_watched.set(0);
    }

    /// Whether the token service has been reached at any time.
    pub fn was_watched(&self) -> bool {
        self.was_watched.load(Ordering::Relaxed)
    }

    /// The clock by which answers expire.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A client of the token service.
    pub fn tokens(&self) -> TokensClient<Channel> {
        self.tokens.clone()
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Introspection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Introspection")
    }
}
