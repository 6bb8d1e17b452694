use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::config_form::with_config;
use crate::context::Context;
use crate::domain::integration::{OrganizationIntegration, integration_not_found};
use crate::domain::{access, failure, json};
use crate::grpc::integration_message::{integration_message, json as to_json};
use crate::grpc::organizations;
use crate::installations::acting;
use crate::installations::outcomes::measured;

/// Bytes of what was chosen in a form.
const MAX_CHOSEN: usize = 64 * 1024;

pub(super) async fn get_integration(
    context: &Context,
    caller: &Caller,
    request: proto::GetIntegrationRequest,
) -> Result<proto::Integration, Error> {
    let organization = organizations::find(context, caller, &request.organization).await?;
    access::may_read(caller, organization.id)?;
    let of = organizations::integration(context, &organization, request.id).await?;
    if request.for_new_ticket {
        return with_ticket_form(context, &of, &request.chosen_json).await;
    }
    with_config(context, &organization, &of).await?.ok_or_else(integration_not_found)
}

/// The form of a ticket that an alert rule will create.
async fn with_ticket_form(
    context: &Context,
    of: &OrganizationIntegration,
    chosen: &[u8],
) -> Result<proto::Integration, Error> {
    let chosen = json::object(chosen, MAX_CHOSEN)?;
    let acting = acting(context, of)?.ok_or_else(integration_not_found)?;
    let form = acting.provider.create_form(&acting.installation, None, &chosen);
    let form = measured(context, of.integration.id, "create_form", form).await.map_err(failure::of_form)?;
    let mut message = integration_message(context, of, acting.provider.descriptor())?;
    message.config_form_json = b"[]".to_vec();
    message.issue_form_json = to_json(&form);
    Ok(message)
}
