//! Changes of an app.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use patchbay_domain::{Error, Scope, ScopeSet, SecretString};
use serde_json::{Map, Value};

use crate::domain::app::App;
use crate::domain::app::AppStatus;
use crate::domain::app::allowed_origins;
use crate::domain::app::author;
use crate::domain::app::client_certificate;
use crate::domain::app::client_certificate::ClientCertificate;
use crate::domain::app::delivery_settings;
use crate::domain::app::delivery_settings::DeliveryChange;
use crate::domain::app::draft;
use crate::domain::app::feature;
use crate::domain::app::name;
use crate::domain::app::popularity;
use crate::domain::app::removal::partnership_restricted;
use crate::domain::app::requested_scopes;
use crate::domain::app::status_change;
use crate::domain::app::subscriptions;
use crate::domain::app::texts::AppTexts;
use crate::domain::app::web_url;
use crate::domain::app::webhook_header;
use crate::domain::app::webhook_header::WebhookHeader;
use crate::domain::custom_event_type::CustomEventType;
use crate::domain::problems::Messages;
use crate::domain::problems::Problems;
use crate::domain::problems::one;
use crate::domain::publication_request;
use crate::domain::schema;

/// A requested change; fields that are `None` stay unchanged.
#[derive(Debug, Clone, Default)]
pub(crate) struct AppChange {
    pub(crate) name: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) events: Option<Vec<String>>,
    pub(crate) webhook_url: Option<String>,
    pub(crate) is_alertable: Option<bool>,
    pub(crate) verify_install: Option<bool>,
    pub(crate) texts: AppTexts,
    pub(crate) allowed_origins: Option<Vec<String>>,
    pub(crate) webhook_headers: Option<Vec<String>>,
    pub(crate) schema: Option<String>,
    pub(crate) features: Option<Vec<i32>>,
    pub(crate) popularity: Option<i32>,
    pub(crate) status: Option<AppStatus>,
    pub(crate) metadata: Option<String>,
    pub(crate) delivery: Option<DeliveryChange>,
    /// Certificate and key.
    pub(crate) client_certificate: Option<(String, SecretString)>,
    /// Custom event types, which apps can subscribe to as to built-in ones.
    pub(crate) custom_event_types: Vec<CustomEventType>,
}

impl AppChange {
    /// The fields that are set, by their names in the REST API.
    pub(crate) fn keys(&self) -> Vec<&'static str> {
        let keys = [
            ("name", self.name.is_some()),
            ("author", self.author.is_some()),
            ("scopes", self.scopes.is_some()),
            ("events", self.events.is_some()),
            ("webhookUrl", self.webhook_url.is_some()),
            ("isAlertable", self.is_alertable.is_some()),
            ("verifyInstall", self.verify_install.is_some()),
            ("allowedOrigins", self.allowed_origins.is_some()),
            ("webhookHeaders", self.webhook_headers.is_some()),
            ("schema", self.schema.is_some()),
            ("features", self.features.is_some()),
            ("popularity", self.popularity.is_some()),
            ("status", self.status.is_some()),
            ("metadata", self.metadata.is_some()),
            ("delivery", self.delivery.is_some()),
            ("clientCertificate", self.client_certificate.is_some()),
        ];
        keys.into_iter().chain(self.texts.keys()).filter_map(|(key, is_set)| is_set.then_some(key)).collect()
    }
}

/// The caller who changes an app.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Changer {
    /// The scopes that the caller holds in the owning organization.
    pub(crate) scopes: ScopeSet,
    /// Only reviewers change status and popularity; from other callers these fields are ignored.
    pub(crate) is_reviewer: bool,
    /// Whether the caller changes metadata; from other callers it is ignored.
    pub(crate) sets_metadata: bool,
    pub(crate) is_staff: bool,
}

/// The app after a change, and the values that have to be sealed before it is stored.
#[derive(Debug)]
pub(crate) struct Changed {
    pub(crate) app: App,
    pub(crate) webhook_headers: Option<Vec<WebhookHeader>>,
    pub(crate) client_certificate: Option<Option<ClientCertificate>>,
    /// Whether the change withdraws the request to publish the app.
    pub(crate) withdraws_request: bool,
}

/// Checks and applies a change. `timeouts` are the operator's bounds for webhook timeouts, in milliseconds.
pub(crate) fn check(
    app: &App,
    mut change: AppChange,
    by: Changer,
    timeouts: &RangeInclusive<u32>,
    now: DateTime<Utc>,
) -> Result<Changed, Error> {
    if !by.is_reviewer {
        change.status = None;
    }
    if !by.sets_metadata {
        change.metadata = None;
    }
    // The restriction ends with the metadata that set it.
    if app.is_partnership_restricted() && change.metadata.is_none() {
        return Err(partnership_restricted());
    }
    let mut problems = Problems::default();
    let mut after = fields(app, &change, by, timeouts, &mut problems);
    let webhook_headers = change.webhook_headers.as_deref().map(webhook_header::check);
    let webhook_headers = webhook_headers.map(|checked| problems.take("webhookHeaders", checked));
    if !web_url::have_same_origin(app.webhook_url.as_deref(), after.webhook_url.as_deref()) {
        // The values are credentials of the old receiver, which the person who changes the URL may not know.
        after.webhook_headers.clear();
        for header in webhook_headers.iter().flatten().filter(|header| header.is_masked()) {
            problems.add("webhookHeaders", webhook_header::ask_again(&header.name));
        }
    }
    let certificate = change.client_certificate.take().map(|(pem, key)| client_certificate::check(pem, key));
    let client_certificate = certificate.map(|checked| problems.take("clientCertificate", checked));
    problems.finish()?;
    let mut after = apply_status_rules(app, after, &change, by, now)?;
    let withdraws_request = after.status == app.status && publication_request::is_withdrawn_by(app, &after);
    if withdraws_request {
        after.status = AppStatus::Unpublished;
    }
    Ok(Changed { app: after, webhook_headers, client_certificate, withdraws_request })
}

/// Applies each field, checked on its own.
fn fields(
    app: &App,
    change: &AppChange,
    by: Changer,
    timeouts: &RangeInclusive<u32>,
    problems: &mut Problems,
) -> App {
    let mut after = app.clone();
    if let Some(name) = &change.name {
        after.name = problems.take("name", name::check(Some(name)));
    }
    if let Some(author) = &change.author {
        after.author = problems.take("author", author::check(author));
    }
    if let Some(scopes) = &change.scopes {
        // Scopes that the app already has need not be held by the caller.
        let granted = by.scopes.iter().chain(app.scopes.iter().copied());
        let granted = if by.is_staff { Scope::ALL.iter().copied().collect() } else { granted.collect() };
        after.scopes = problems.take("scopes", requested_scopes::check(true, scopes, granted));
    }
    if let Some(events) = &change.events {
        let scopes = if change.scopes.is_some() { after.scopes.as_slice() } else { &[] };
        after.events =
            problems.take("events", subscriptions::check(events, scopes, &change.custom_event_types));
    }
    if let Some(json) = &change.schema {
        let checked = schema::check(json).map(|schema| schema.to_string());
        after.schema = problems.take("schema", checked);
    }
    if let Some(url) = &change.webhook_url {
        after.webhook_url = problems.take("webhookUrl", web_url::check(Some(url)));
    }
    after.texts = after.texts.changed(change.texts.clone(), problems);
    after.is_alertable = change.is_alertable.unwrap_or(app.is_alertable);
    // An empty list changes nothing, as in Sentry.
    if let Some(origins) = change.allowed_origins.as_deref().filter(|origins| !origins.is_empty()) {
        after.allowed_origins = problems.take("allowedOrigins", allowed_origins::check(origins));
    }
    if let Some(numbers) = &change.features {
        after.features = problems.take("features", feature::check(numbers));
    }
    if let Some(popularity) = change.popularity {
        let checked = problems.take("popularity", popularity::check(popularity));
        after.popularity = if by.is_reviewer { checked } else { app.popularity };
    }
    if let Some(json) = &change.metadata {
        after.metadata = problems.take("metadata", metadata(json));
    }
    if let Some(change) = &change.delivery {
        let settings = app.delivery.changed(change.clone());
        after.delivery = problems.take("delivery", delivery_settings::check(settings, timeouts));
    }
    check_required(&after, change, problems);
    after
}

/// Checks that the changed app has the fields that it requires.
fn check_required(after: &App, change: &AppChange, problems: &mut Problems) {
    let is_internal = after.is_internal();
    let has_new_url = change.webhook_url.as_deref().is_some_and(|url| !url.trim().is_empty());
    if after.webhook_url.is_none()
        && !has_new_url
        && let Some(why) = draft::needs_webhook_url(is_internal, &after.events, after.is_alertable)
    {
        problems.add("webhookUrl", why);
    }
    let has_new_author = change.author.as_deref().is_some_and(|author| !author.trim().is_empty());
    if after.author.is_none() && !has_new_author && !is_internal {
        problems.add("author", "author required for public integrations");
    }
}

/// Applies the changes that depend on the status of the app.
fn apply_status_rules(
    app: &App,
    mut after: App,
    change: &AppChange,
    by: Changer,
    now: DateTime<Utc>,
) -> Result<App, Error> {
    let is_published = app.status == AppStatus::Published;
    if change.features.is_some() && is_published && !by.is_reviewer {
        return Err(Error::invalid(
            "PUBLISHED_FEATURES",
            "Cannot update features on a published integration.",
        ));
    }
    if let Some(to) = change.status
        && let Some(change) = status_change::decide(app.status, to, now)?
    {
        (after.status, after.published_at) = (change.status, change.published_at);
    }
    if change.scopes.is_some() {
        if is_published && after.scope_set() != app.scope_set() {
            let message = "Cannot update permissions on a published integration.";
            return Err(Error::invalid("PUBLISHED_PERMISSIONS", message));
        }
        after.scopes = after.scope_set().expanded().iter().collect();
    }
    if let Some((name, scope)) = subscriptions::missing_scope(
        change.events.as_deref().unwrap_or_default(),
        &after.scopes,
        &change.custom_event_types,
    ) {
        let message = format!("{name} webhooks require the {scope} permission.");
        return Err(Error::invalid("EVENT_SCOPE_MISSING", message));
    }
    if let Some(verify_install) = change.verify_install {
        if app.is_internal() && verify_install {
            let message = "Internal integrations cannot have verify_install=True.";
            return Err(Error::invalid("VERIFY_INSTALL_INTERNAL", message));
        }
        after.verify_install = verify_install;
    }
    Ok(after)
}

fn metadata(json: &str) -> Result<Map<String, Value>, Messages> {
    const MAX_BYTES: usize = 16 * 1024;
    serde_json::from_str(json)
        .ok()
        .filter(|_| json.len() <= MAX_BYTES)
        .ok_or_else(|| one(format!("Has to be a JSON object of at most {MAX_BYTES} bytes.")))
}

#[cfg(test)]
mod tests;
