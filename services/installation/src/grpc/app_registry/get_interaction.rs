use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::counted_period::{counted_period, counts};
use super::find_app::find_app;
use crate::context::Context;
use crate::domain::app::access;
use crate::domain::stats::interaction;
use crate::domain::suspension::access::may_see;
use crate::store::{components, interactions};

pub(super) async fn get_interaction(
    context: &Context,
    caller: &Caller,
    request: proto::GetInteractionRequest,
) -> Result<proto::Interaction, Error> {
    let app = find_app(context, caller, &request.app).await?;
    access::may_count(caller, app.owner.id, app.status)?;
    may_see(caller, app.disabled.is_some())?;
    let period = counted_period(context, request.since, request.until)?;
    let views = interactions::hourly(&context.db, app.id, interaction::VIEWED, period).await?;
    let mut used = Vec::new();
    for component in components::of_app(&context.db, app.id).await? {
        let hours = interactions::hourly(&context.db, app.id, &component.r#type, period).await?;
        used.push(proto::ComponentInteraction { r#type: component.r#type, counts: counts(period, &hours) });
    }
    Ok(proto::Interaction { views: counts(period, &views), components: used })
}
