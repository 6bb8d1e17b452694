//! Which app is meant, and whether the caller may.

use std::sync::Arc;

use patchbay_domain::{Caller, Error, Result};

use super::webhooks::WebhooksService;
use crate::domain::request_access::{may_read_requests, may_resend};
use crate::world::endpoint::Endpoint;

/// The app of that slug or number.
pub(crate) fn find_app(service: &WebhooksService, app: &str) -> Result<Arc<Endpoint>> {
    let number: Option<i64> = app.parse().ok();
    number
        .and_then(|number| service.world.endpoints.get(&number))
        .or_else(|| service.world.endpoints.find(|endpoint| endpoint.app_slug == app))
        .ok_or_else(|| Error::not_found("APP_NOT_FOUND", "Could not find the requested sentry app"))
}

/// The app, for somebody who may read what was sent to it.
pub(crate) fn readable(service: &WebhooksService, caller: &Caller, app: &str) -> Result<Arc<Endpoint>> {
    let endpoint = find_app(service, app)?;
    may_read_requests(caller, endpoint.owner_organization_id, endpoint.status)?;
    Ok(endpoint)
}

/// The app, for somebody who may have webhooks sent to it again.
pub(crate) fn resendable(service: &WebhooksService, caller: &Caller, app: &str) -> Result<Arc<Endpoint>> {
    let endpoint = find_app(service, app)?;
    may_resend(caller, endpoint.owner_organization_id)?;
    Ok(endpoint)
}
