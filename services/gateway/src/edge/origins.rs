//! The web pages from which the tokens of an app may be used.
//!
//! A browser names the origin of the page in `Origin`. Each app lists the origins of its own pages; requests with its
//! tokens from other pages are refused.

mod allowed;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, header};
use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{Caller, Clock, Error, Result};
use patchbay_proto::installation::GetAppRequest;
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_rpc::{Channel, request};
use url::Url;

use self::allowed::Allowed;
use crate::edge::answer::Answer;
use crate::edge::same_origin::{Sender, sender};

/// The reason of the refusal, by which the answer is known to be nothing a foreign page may read.
pub(crate) const FOREIGN_ORIGIN: &str = "FOREIGN_ORIGIN";

/// How long an app's origins are used without asking again.
const LIFETIME: TimeDelta = TimeDelta::seconds(5);
/// Apps whose origins are kept.
const CACHED_APPS: usize = 1000;

/// Origins by app, and until when they are used.
type Cache = HashMap<i64, (Arc<Allowed>, DateTime<Utc>)>;

/// The allowed origins of apps, remembered for a moment.
pub(crate) struct Origins {
    apps: AppRegistryClient<Channel>,
    clock: Clock,
    cache: Mutex<Cache>,
}

/// The page that sends a request, when a browser names one.
pub(crate) fn origin(headers: &HeaderMap) -> Option<&str> {
    // `null` is what browsers say of pages they will not name.
    headers.get(header::ORIGIN)?.to_str().ok().filter(|origin| *origin != "null")
}

impl Origins {
    pub(crate) fn new(apps: AppRegistryClient<Channel>, clock: Clock) -> Self {
        Self { apps, clock, cache: Mutex::default() }
    }

    /// Refuses a token that is used from a page it is not meant for.
    ///
    /// # Errors
    /// Invalid when the origin is not allowed; any error of the service that owns apps.
    pub(crate) async fn check(&self, caller: &Caller, headers: &HeaderMap, public_url: &Url) -> Result<()> {
        let Some(origin) = origin(headers) else { return Ok(()) };
        if sender(headers, public_url) == Sender::Ours {
            return Ok(());
        }
        let allowed = match caller {
            Caller::App(app) => self.of(app.app_id).await?,
            // No page may use a personal token.
            _ => Arc::default(),
        };
        if allowed.contains(origin) {
            return Ok(());
        }
        Err(Error::invalid(FOREIGN_ORIGIN, format!("Invalid origin: {origin}")))
    }

    async fn of(&self, app: i64) -> Result<Arc<Allowed>> {
        let now = self.clock.now();
        let known = self.cache().get(&app).filter(|(_, until)| now < *until).map(|(known, _)| known.clone());
        if let Some(known) = known {
            return Ok(known);
        }
        let message = request(GetAppRequest { app: app.to_string() });
        let app_message = self.apps.clone().get_app(message).await.answer()?;
        let origins = Arc::new(Allowed::new(&app_message.allowed_origins));
        let mut cache = self.cache();
        if cache.len() >= CACHED_APPS {
            cache.clear();
        }
        cache.insert(app, (origins.clone(), now + LIFETIME));
        Ok(origins)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Origins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Origins")
    }
}
