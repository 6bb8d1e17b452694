use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::find_app::find_app;
use crate::context::Context;
use crate::domain::stats::interaction;
use crate::domain::stats::period::hour_of;
use crate::domain::suspension::access::may_see;
use crate::store::interactions;

pub(super) async fn record_interaction(
    context: &Context,
    caller: &Caller,
    request: proto::RecordInteractionRequest,
) -> Result<proto::RecordInteractionResponse, Error> {
    let app = find_app(context, caller, &request.app).await?;
    may_see(caller, app.disabled.is_some())?;
    let kind = interaction::check(&request.field, &request.component_type)?;
    interactions::record(&context.db, app.id, kind, hour_of(context.clock.now())).await?;
    Ok(proto::RecordInteractionResponse {})
}
