use std::sync::Arc;

use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::installation::AppStatus;

use crate::context::Context;
use crate::domain::request_access::{may_read_requests, may_resend};
use crate::endpoints::endpoint::Endpoint;

/// Finds an app by slug or number. An app that is being removed is not found, although its last webhooks are still sent.
pub(super) fn find_app(context: &Context, app: &str) -> Result<Arc<Endpoint>> {
    let number: Option<i64> = app.parse().ok();
    number
        .and_then(|number| context.routing.endpoints.get(&number))
        .or_else(|| context.routing.endpoints.find(|endpoint| endpoint.app_slug == app))
        .filter(|endpoint| endpoint.status != AppStatus::DeletionInProgress)
        .ok_or_else(|| Error::not_found("APP_NOT_FOUND", "Could not find the requested sentry app"))
}

/// Finds an app whose request log the caller may read.
pub(super) fn readable(context: &Context, caller: &Caller, app: &str) -> Result<Arc<Endpoint>> {
    let endpoint = find_app(context, app)?;
    may_read_requests(caller, endpoint.owner_organization_id, endpoint.is_public())?;
    Ok(endpoint)
}

/// Finds an app whose webhooks the caller may resend.
pub(super) fn resendable(context: &Context, caller: &Caller, app: &str) -> Result<Arc<Endpoint>> {
    let endpoint = find_app(context, app)?;
    may_resend(caller, endpoint.owner_organization_id)?;
    Ok(endpoint)
}
