//! The setup that a request is for.

use std::sync::Arc;

use patchbay_domain::{Caller, Error};
use url::Url;

use crate::context::Context;
use crate::domain::access;
use crate::domain::setup::{Expected, Setup, check, invalid};
use crate::grpc::organizations;
use crate::sealing::{open, setup_of};
use crate::store::setups;
use patchbay_provider::{Client, Object, Organization, Provider, SetupState};

/// A setup with its provider and what it knows so far.
pub(super) struct Current {
    pub(super) setup: Setup,
    pub(super) provider: Arc<dyn Provider>,
    pub(super) state: SetupState,
}

/// Finds the setup of the caller.
pub(super) async fn current(
    context: &Context,
    caller: &Caller,
    organization: &str,
    provider: &str,
) -> Result<Current, Error> {
    let user_id = access::user_id(caller)?;
    let organization_id = match organization {
        "" => None,
        named => {
            let organization = organizations::find(context, caller, named).await?;
            access::may_write(caller, organization.id)?;
            Some(organization.id)
        }
    };
    // A browser names the path of the provider.
    let key = context.registry.by_path(provider).map_or(provider, |found| &found.descriptor().key);
    let expected = Expected { organization_id, provider: Some(key).filter(|key| !key.is_empty()) };
    let found = setups::find(&context.db, user_id).await?;
    let steps =
        |key: &str| context.registry.get(key).map(|provider| provider.descriptor().setup_steps.join(","));
    let setup = check(found, expected, steps, context.now())?;
    // The right may have been taken away since the setup began.
    access::may_write(caller, setup.organization_id)?;
    let provider = context.registry.get(&setup.provider).cloned().ok_or_else(invalid)?;
    let data = open(&context.sealing, &setup_of(user_id), &setup.data)?;
    let state = state(context, &setup, provider.as_ref(), data)?;
    Ok(Current { setup, provider, state })
}

/// The state that a provider gets.
pub(super) fn state(
    context: &Context,
    setup: &Setup,
    provider: &dyn Provider,
    data: Object,
) -> Result<SetupState, Error> {
    let descriptor = provider.descriptor();
    Ok(SetupState {
        organization: Organization { id: setup.organization_id, slug: setup.organization_slug.clone() },
        user_id: setup.user_id,
        nonce: setup.nonce.clone(),
        redirect_url: redirect_url(&context.config.public_url, &descriptor.path)?,
        public_url: context.config.public_url.clone(),
        product: context.config.product.clone(),
        data,
        client: Client::for_setup(
            context.transport.clone(),
            &context.limiters,
            context.clock.clone(),
            &descriptor.name,
        ),
    })
}

fn redirect_url(public_url: &Url, path: &str) -> Result<Url, Error> {
    let text = format!("{}/extensions/{path}/setup/", public_url.as_str().trim_end_matches('/'));
    text.parse().map_err(|_| Error::internal("PUBLIC_URL_INVALID", "The public URL is not usable."))
}
