use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::issue::{check_feature, seen_issue, with_tickets};
use crate::context::Context;
use crate::domain::link::FormAction;
use crate::domain::{failure, json};
use crate::grpc::integration_message::{integration_message, json as to_json};
use crate::installations::outcomes::measured;
use crate::linking::issue_info::issue_info;

/// Bytes of what was chosen in a form.
const MAX_CHOSEN: usize = 64 * 1024;

pub(super) async fn get_form(
    context: &Context,
    caller: &Caller,
    request: proto::GetFormRequest,
) -> Result<proto::Integration, Error> {
    let (issue, organization) = seen_issue(context, caller, request.issue_id, &request.organization).await?;
    check_feature(&organization)?;
    let action = FormAction::parse(&request.action)?;
    let (of, acting) = with_tickets(context, &organization, &request.integration).await?;
    let chosen = json::object(&request.chosen_json, MAX_CHOSEN)?;
    let user_id = caller.user().map_or(0, |user| user.user_id);
    let info = issue_info(context, &issue, of.integration.id, user_id).await?;
    let (provider, installation) = (&acting.provider, &acting.installation);
    let form = async {
        match action {
            FormAction::Create => provider.create_form(installation, Some(&info), &chosen).await,
            FormAction::Link => provider.link_form(installation, &info).await,
        }
    };
    let form = measured(context, of.integration.id, "form", form).await.map_err(failure::of_form)?;
    let mut message = integration_message(context, &of, provider.descriptor())?;
    message.issue_form_json = to_json(&form);
    Ok(message)
}
