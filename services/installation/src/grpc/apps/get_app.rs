use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::app_message::app_message;
use crate::domain::app::App;
pub(in crate::grpc) use crate::domain::app_access::app_not_found;
use crate::domain::{app_access, switching};
use crate::registry::Registry;
use crate::store::apps;

#[tracing::instrument(name = "installation.get_app", skip_all)]
pub(super) async fn get_app(
    registry: &Registry,
    caller: &Caller,
    request: proto::GetAppRequest,
) -> Result<proto::App, Error> {
    let app = existing(registry, caller, &request.app).await?;
    app_access::may_read(caller, app.owner.id, app.status)?;
    switching::may_see(caller, app.disabled.is_some())?;
    app_message(registry, caller, app).await
}

/// By number or slug, for anybody signed in.
pub(in crate::grpc) async fn existing(registry: &Registry, caller: &Caller, app: &str) -> Result<App, Error> {
    if matches!(caller, Caller::Anonymous) {
        return Err(Error::no_credentials());
    }
    apps::find(&registry.db, app).await?.ok_or_else(app_not_found)
}
