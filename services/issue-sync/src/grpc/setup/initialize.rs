use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::current::state;
use super::step_message::step_message;
use crate::context::Context;
use crate::domain::integration::Sealed;
use crate::domain::setup::{LIFETIME, Setup, cannot_add, provider_required, unknown_provider};
use crate::domain::{access, failure, json};
use crate::grpc::organizations;
use crate::sealing::{seal, setup_of};
use crate::store::{organization_integrations, setups};

/// Bytes of the data that a client may give.
const MAX_DATA: usize = 64 * 1024;

pub(super) async fn initialize(
    context: &Context,
    caller: &Caller,
    request: proto::InitializeRequest,
) -> Result<proto::SetupStep, Error> {
    let user_id = access::user_id(caller)?;
    let organization = organizations::find(context, caller, &request.organization).await?;
    access::may_write(caller, organization.id)?;
    if request.provider.is_empty() {
        return Err(provider_required());
    }
    let provider = context.registry.get(&request.provider);
    let provider = provider.cloned().ok_or_else(|| unknown_provider(&request.provider))?;
    let descriptor = provider.descriptor();
    let is_hidden = descriptor.requires_feature_flag && !organization.has(&descriptor.feature_flag());
    if is_hidden {
        return Err(unknown_provider(&request.provider));
    }
    let has_one = !descriptor.allow_multiple
        && organization_integrations::has_active(&context.db, organization.id, &descriptor.key).await?;
    if !descriptor.can_add || has_one || descriptor.setup_steps.is_empty() {
        return Err(cannot_add());
    }

    let mut data = json::object(&request.initial_data_json, MAX_DATA)?;
    data.retain(|name, _| descriptor.initial_fields.contains(name));
    let mut setup = Setup {
        user_id,
        organization_id: organization.id,
        organization_slug: organization.slug,
        provider: descriptor.key.clone(),
        step: 0,
        steps: descriptor.setup_steps.join(","),
        nonce: patchbay_domain::token::generate().expose().to_owned(),
        data: Sealed(Vec::new()),
        version: 1,
        expires_at: context.now() + LIFETIME,
    };
    let mut state = state(context, &setup, provider.as_ref(), data)?;
    let view = provider.show_step(&descriptor.setup_steps[0], &mut state).await.map_err(failure::of_setup)?;
    setup.data = seal(&context.sealing, &setup_of(user_id), &state.data);
    let mut tx = context.db.begin().await?;
    setups::replace(&mut tx, &setup).await?;
    tx.commit().await?;
    Ok(step_message(&setup, provider.as_ref(), view))
}
