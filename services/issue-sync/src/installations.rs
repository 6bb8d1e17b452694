//! Makes everything that a provider needs to act, and records the outcome.

pub(crate) mod outcomes;
pub(crate) mod vault;

use std::sync::Arc;

use patchbay_domain::Error;

use crate::context::Context;
use crate::domain::integration::{Integration, OrganizationIntegration};
use crate::installations::vault::StoredSecrets;
use crate::sealing::{identity_of, metadata_of, open};
use patchbay_provider::{Client, Installation, IntegrationInfo, Object, Organization, Provider, Secrets};

/// The integration of an organization, with its provider.
#[derive(Debug)]
pub(crate) struct Acting {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) installation: Installation,
}

/// `None` if this process does not have the provider.
pub(crate) fn acting(context: &Context, of: &OrganizationIntegration) -> Result<Option<Acting>, Error> {
    let Some(provider) = context.registry.get(&of.integration.provider).cloned() else { return Ok(None) };
    let identity = match &of.identity {
        Some(identity) => open(&context.sealing, &identity_of(identity.id), &identity.data)?,
        None => Object::new(),
    };
    let secrets = Secrets { metadata: metadata(context, &of.integration)?, identity };
    let organization = Organization { id: of.organization_id, slug: of.organization_slug.clone() };
    let vault = StoredSecrets {
        db: context.db.clone(),
        sealing: context.sealing.clone(),
        locks: context.locks.clone(),
        integration_id: of.integration.id,
        identity_id: of.identity.as_ref().map(|identity| identity.id),
    };
    let installation = Installation {
        integration: IntegrationInfo {
            id: of.integration.id,
            name: of.integration.name.clone(),
            external_id: of.integration.external_id.clone(),
        },
        organization: Some(organization),
        secrets,
        config: of.config.clone(),
        public_url: context.config.public_url.clone(),
        product: context.config.product.clone(),
        client: Client::new(
            context.transport.clone(),
            &context.limiters,
            context.clock.clone(),
            of.integration.id,
            &provider.descriptor().name,
        ),
        vault: Arc::new(vault),
    };
    Ok(Some(Acting { provider, installation }))
}

/// The decrypted metadata of an integration.
pub(crate) fn metadata(context: &Context, integration: &Integration) -> Result<Object, Error> {
    open(&context.sealing, &metadata_of(integration.id), &integration.metadata)
}
