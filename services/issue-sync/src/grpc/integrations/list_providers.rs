use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use crate::context::Context;
use crate::domain::access;
use crate::domain::integration::providers_not_found;
use crate::domain::organization::Organization;
use crate::grpc::integration_message::provider_message;
use crate::grpc::organizations;
use crate::store::organization_integrations::has_active;
use patchbay_provider::Descriptor;

pub(super) async fn list_providers(
    context: &Context,
    caller: &Caller,
    request: proto::ListProvidersRequest,
) -> Result<proto::ListProvidersResponse, Error> {
    let organization = organizations::find(context, caller, &request.organization).await?;
    access::may_read(caller, organization.id)?;
    let mut providers = Vec::new();
    for provider in context.registry.all() {
        let descriptor = provider.descriptor();
        let is_asked_for = request.provider_key.is_empty() || request.provider_key == descriptor.key;
        if is_asked_for && is_visible(descriptor, &organization) {
            let can_add = can_add(context, descriptor, &organization).await?;
            providers.push(provider_message(descriptor, can_add));
        }
    }
    if providers.is_empty() {
        return Err(providers_not_found());
    }
    Ok(proto::ListProvidersResponse { providers })
}

fn is_visible(descriptor: &Descriptor, organization: &Organization) -> bool {
    !descriptor.requires_feature_flag || organization.has(&descriptor.feature_flag())
}

async fn can_add(
    context: &Context,
    descriptor: &Descriptor,
    organization: &Organization,
) -> Result<bool, Error> {
    if descriptor.allow_multiple || !descriptor.can_add {
        return Ok(descriptor.can_add);
    }
    Ok(!has_active(&context.db, organization.id, &descriptor.key).await?)
}
