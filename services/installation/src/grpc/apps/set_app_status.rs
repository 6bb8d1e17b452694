use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::super::publishing::settle;
use super::app_message::{app_message, status_of};
use super::get_app::{app_not_found, existing};
use crate::domain::{app_access, app_status_change};
use crate::registry::Registry;
use crate::store::{apps, versions};

#[tracing::instrument(name = "installation.set_app_status", skip_all)]
pub(super) async fn set_app_status(
    registry: &Registry,
    caller: &Caller,
    request: proto::SetAppStatusRequest,
) -> Result<proto::App, Error> {
    app_access::may_set_status(caller)?;
    let to = status_of(request.status)
        .ok_or_else(|| Error::invalid("INVALID_STATUS_CHANGE", "A status is required."))?;
    let id = existing(registry, caller, &request.app).await?.id;

    let mut tx = registry.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let mut app = apps::get(&mut tx, id).await?.ok_or_else(app_not_found)?;
    // Nothing to change: the dropped transaction takes the version back.
    if let Some(change) = app_status_change::decide(app.status, to, registry.clock.now())? {
        apps::set_status(&mut tx, id, change).await?;
        apps::touch(&mut tx, id, version).await?;
        settle(registry, caller, &mut tx, &app, change.status, "").await?;
        registry.commit_and_post(tx).await?;
        (app.status, app.published_at) = (change.status, change.published_at);
    }
    app_message(registry, caller, app)
}
