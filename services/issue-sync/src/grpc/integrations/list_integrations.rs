use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::config_form::with_config;
use crate::context::Context;
use crate::domain::access;
use crate::domain::integration::OrganizationIntegration;
use crate::domain::organization::Organization;
use crate::grpc::integration_message::integration_message;
use crate::grpc::organizations;
use crate::grpc::page::Page;
use crate::store::organization_integrations;
use patchbay_provider::Descriptor;

/// Trackers asked at once.
const PARALLEL: usize = 10;
/// Kinds of integrations that exist elsewhere, too.
const OTHER_TYPES: [&str; 3] = ["messaging", "on_call_scheduling", "cloud_provider"];

pub(super) async fn list_integrations(
    context: &Context,
    caller: &Caller,
    request: proto::ListIntegrationsRequest,
) -> Result<proto::ListIntegrationsResponse, Error> {
    let organization = organizations::find(context, caller, &request.organization).await?;
    access::may_read(caller, organization.id)?;
    check_type(&request.integration_type)?;

    let matching = context.registry.all().map(|provider| provider.descriptor());
    let matching = matching.filter(|descriptor| matches(descriptor, &request));
    let keys: Vec<String> = matching.map(|descriptor| descriptor.key.clone()).collect();
    let page = Page::new(request.offset, request.limit);
    let found = organization_integrations::list(
        &context.db,
        organization.id,
        &keys,
        false,
        page.offset,
        page.fetched(),
    );
    let (found, has_more) = page.cut(found.await?);

    let messages = found.iter().map(|of| message(context, &organization, of, request.with_config).boxed());
    let messages = stream::iter(messages.collect::<Vec<_>>());
    let integrations: Vec<Option<proto::Integration>> = messages.buffered(PARALLEL).try_collect().await?;
    let integrations = integrations.into_iter().flatten().collect();
    Ok(proto::ListIntegrationsResponse { integrations, has_more })
}

/// `None` if this process does not have the provider any more.
async fn message(
    context: &Context,
    organization: &Organization,
    of: &OrganizationIntegration,
    with_settings: bool,
) -> Result<Option<proto::Integration>, Error> {
    if with_settings {
        return with_config(context, organization, of).await;
    }
    match context.registry.get(&of.integration.provider) {
        Some(provider) => integration_message(context, of, provider.descriptor()).map(Some),
        None => Ok(None),
    }
}

fn check_type(name: &str) -> Result<(), Error> {
    let ours = ["project_management", "source_code_management"];
    if name.is_empty() || ours.contains(&name) || OTHER_TYPES.contains(&name) {
        return Ok(());
    }
    Err(Error::invalid("INVALID_INTEGRATION_TYPE", "Invalid integration type"))
}

fn matches(descriptor: &Descriptor, request: &proto::ListIntegrationsRequest) -> bool {
    let is_feature = |name: &String| {
        let name = name.to_ascii_lowercase().replace('_', "-");
        descriptor.features.iter().any(|feature| feature.name() == name)
    };
    (request.provider_key.is_empty() || request.provider_key == descriptor.key)
        && (request.integration_type.is_empty() || request.integration_type == descriptor.kind.name())
        && (request.features.is_empty() || request.features.iter().any(is_feature))
}
