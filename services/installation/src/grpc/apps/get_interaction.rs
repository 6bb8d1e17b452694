use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::get_app::existing;
use super::get_stats::{asked_for, counts};
use crate::domain::{app_access, interaction};
use crate::registry::Registry;
use crate::store::{components, interactions};

#[tracing::instrument(name = "installation.get_interaction", skip_all)]
pub(super) async fn get_interaction(
    registry: &Registry,
    caller: &Caller,
    request: proto::GetInteractionRequest,
) -> Result<proto::Interaction, Error> {
    let app = existing(registry, caller, &request.app).await?;
    app_access::may_count(caller, app.owner.id, app.status)?;
    let period = asked_for(registry, request.since, request.until)?;
    let views = interactions::hourly(&registry.db, app.id, interaction::VIEWED, period).await?;
    let mut used = Vec::new();
    for component in components::of_app(&registry.db, app.id).await? {
        let hours = interactions::hourly(&registry.db, app.id, &component.r#type, period).await?;
        used.push(proto::ComponentInteraction { r#type: component.r#type, counts: counts(period, &hours) });
    }
    Ok(proto::Interaction { views: counts(period, &views), components: used })
}
