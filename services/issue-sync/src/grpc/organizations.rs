//! The organization and the integration that a request names.

use patchbay_domain::{Caller, Error};

use crate::context::Context;
use crate::domain::integration::{OrganizationIntegration, integration_not_found};
use crate::domain::organization::{Organization, organization_not_found};
use crate::store::organization_integrations;

/// Finds an organization by id or slug. Callers without access to it get the same refusal whether it exists or not.
pub(super) async fn find(context: &Context, caller: &Caller, named: &str) -> Result<Organization, Error> {
    if *caller == Caller::Anonymous {
        return Err(Error::no_credentials());
    }
    let found = match named.is_empty() {
        true => None,
        false => context.tracker.organization(named).await?,
    };
    match found {
        Some(found) if caller.scopes_in(found.id).is_some() => Ok(found),
        None if caller.sees_every_organization() => Err(organization_not_found()),
        _ => Err(Error::permission_denied()),
    }
}

/// The integration of an organization.
pub(super) async fn integration(
    context: &Context,
    organization: &Organization,
    id: i64,
) -> Result<OrganizationIntegration, Error> {
    let found = organization_integrations::find(&context.db, organization.id, id).await?;
    let found = found.filter(|found| context.registry.get(&found.integration.provider).is_some());
    found.ok_or_else(integration_not_found)
}
