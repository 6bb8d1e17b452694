use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::current::{Current, current};
use super::step_message::step_message;
use crate::context::Context;
use crate::domain::failure;

pub(super) async fn get_step(
    context: &Context,
    caller: &Caller,
    request: proto::GetStepRequest,
) -> Result<proto::SetupStep, Error> {
    let current = current(context, caller, &request.organization, &request.provider).await?;
    let Current { setup, provider, mut state } = current;
    let step = &provider.descriptor().setup_steps[setup.step];
    let view = provider.show_step(step, &mut state).await.map_err(failure::of_setup)?;
    Ok(step_message(&setup, provider.as_ref(), view))
}
