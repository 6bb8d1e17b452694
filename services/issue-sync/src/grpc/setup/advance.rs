use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::complete::complete;
use super::current::{Current, current};
use super::step_message::step_message;
use crate::context::Context;
use crate::domain::setup::{LIFETIME, Setup, invalid};
use crate::domain::{failure, json};
use crate::sealing::{seal, setup_of};
use crate::store::setups;

/// Bytes of the fields of a step.
const MAX_FIELDS: usize = 64 * 1024;

pub(super) async fn advance(
    context: &Context,
    caller: &Caller,
    request: proto::AdvanceRequest,
) -> Result<proto::AdvanceResponse, Error> {
    let mut current = current(context, caller, &request.organization, &request.provider).await?;
    let fields = json::object(&request.fields_json, MAX_FIELDS)?;
    let provider = current.provider.clone();
    let steps = &provider.descriptor().setup_steps;
    let answered = provider.answer_step(&steps[current.setup.step], &fields, &mut current.state);
    answered.await.map_err(failure::of_setup)?;

    let next = current.setup.step + 1;
    if next == steps.len() {
        let integration = complete(context, caller, current).await?;
        let outcome = proto::advance_response::Outcome::Integration(integration);
        return Ok(proto::AdvanceResponse { outcome: Some(outcome) });
    }
    let Current { setup, mut state, .. } = current;
    let view = provider.show_step(&steps[next], &mut state).await.map_err(failure::of_setup)?;
    let after = Setup {
        step: next,
        data: seal(&context.sealing, &setup_of(setup.user_id), &state.data),
        version: setup.version + 1,
        expires_at: context.now() + LIFETIME,
        ..setup.clone()
    };
    // Another request answered the same step, or began another setup.
    if !setups::advance(&context.db, &setup, &after).await? {
        return Err(invalid());
    }
    let message = step_message(&after, provider.as_ref(), view);
    Ok(proto::AdvanceResponse { outcome: Some(proto::advance_response::Outcome::Next(message)) })
}
