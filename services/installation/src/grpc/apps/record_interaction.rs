use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::get_app::existing;
use crate::domain::interaction;
use crate::domain::period::hour_of;
use crate::registry::Registry;
use crate::store::interactions;

#[tracing::instrument(name = "installation.record_interaction", skip_all)]
pub(super) async fn record_interaction(
    registry: &Registry,
    caller: &Caller,
    request: proto::RecordInteractionRequest,
) -> Result<proto::RecordInteractionResponse, Error> {
    let app = existing(registry, caller, &request.app).await?;
    let kind = interaction::check(&request.field, &request.component_type)?;
    interactions::record(&registry.db, app.id, kind, hour_of(registry.clock.now())).await?;
    Ok(proto::RecordInteractionResponse {})
}
