//! The end of a setup: the account is connected first, then everything is stored in one transaction.

use patchbay_audit::Entry;
use patchbay_db::Tx;
use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::current::Current;
use crate::context::Context;
use crate::domain::failure;
use crate::domain::integration::{Integration, Sealed, Status, integration_not_found};
use crate::domain::setup::{being_deleted, identity_taken, invalid};
use crate::grpc::integration_message::integration_message;
use crate::installations::acting;
use crate::sealing::{identity_of, metadata_of, seal};
use crate::store::identities::NewIdentity;
use crate::store::organization_integrations::New;
use crate::store::{identities, integrations, organization_integrations, setups};
use patchbay_provider::{Built, ExternalIdentity};

/// Characters of the id of an account, and of a name.
const MAX_EXTERNAL_ID: usize = 256;
const MAX_NAME: usize = 200;

pub(super) async fn complete(
    context: &Context,
    caller: &Caller,
    current: Current,
) -> Result<proto::Integration, Error> {
    let mut built = current.provider.build(&current.state).await.map_err(failure::of_setup)?;
    if built.name.is_empty() {
        built.name.clone_from(&built.external_id);
    }
    built.name = built.name.chars().take(MAX_NAME).collect();
    let stored = match check(&built) {
        Ok(()) => store(context, caller, &current, &built).await,
        Err(error) => Err(error),
    };
    let integration_id = match stored {
        Ok(id) => id,
        Err(error) => {
            undo(context, &current, &built).await;
            return Err(error);
        }
    };
    let found = organization_integrations::find(&context.db, current.setup.organization_id, integration_id);
    let of = found.await?.ok_or_else(integration_not_found)?;
    let acting = acting(context, &of)?.ok_or_else(integration_not_found)?;
    if let Err(failure) = acting.provider.after_install(&acting.installation).await {
        tracing::warn!(%failure, integration_id, "what follows a setup failed; the integration is set up");
    }
    integration_message(context, &of, acting.provider.descriptor())
}

fn check(built: &Built) -> Result<(), Error> {
    let length = built.external_id.chars().count();
    if (1..=MAX_EXTERNAL_ID).contains(&length) {
        return Ok(());
    }
    Err(Error::invalid("SETUP_STEP_FAILED", "The account at the tracker has no usable id."))
}

/// Removes the webhook, unless an integration of this account is stored: then it uses the webhook.
async fn undo(context: &Context, current: &Current, built: &Built) {
    let known = integrations::by_external_id(&context.db, &current.setup.provider, &built.external_id).await;
    if !matches!(known, Ok(None)) {
        return;
    }
    if let Err(failure) = current.provider.undo_build(built, &current.state).await {
        tracing::warn!(%failure, provider = current.setup.provider, "the webhook of a setup that failed could not be removed");
    }
}

/// Returns the id of the integration.
async fn store(context: &Context, caller: &Caller, current: &Current, built: &Built) -> Result<i64, Error> {
    let (setup, now) = (&current.setup, context.now());
    let new_integration = context.db.allocate_ids("integration", 1).await?;
    let new_use = context.db.allocate_ids("organization_integration", 1).await?;
    let identity_ids = match &built.identity {
        Some(_) => Some((
            context.db.allocate_ids("identity_provider", 1).await?,
            context.db.allocate_ids("identity", 1).await?,
        )),
        None => None,
    };

    let mut tx = context.db.begin().await?;
    if !setups::complete(&mut tx, setup).await? {
        return Err(invalid());
    }
    let integration_id = write_integration(&mut tx, context, current, built, new_integration).await?;
    let identity_id = match (&built.identity, identity_ids) {
        (Some(identity), Some(ids)) => Some(write_identity(&mut tx, context, current, identity, ids).await?),
        _ => None,
    };
    let locked = organization_integrations::lock(&mut tx, setup.organization_id, integration_id).await?;
    match locked {
        Some(locked) if locked.status == Status::DeletionInProgress => return Err(being_deleted()),
        Some(locked) => organization_integrations::reactivate(&mut tx, locked.id, identity_id).await?,
        None => {
            let new = New {
                id: new_use,
                organization_id: setup.organization_id,
                organization_slug: &setup.organization_slug,
                integration_id,
                identity_id,
            };
            organization_integrations::insert(&mut tx, &new, now).await?;
        }
    }
    let entry = Entry::new(AuditEvent::IntegrationAdd, setup.organization_id, caller, now)
        .target("integration", integration_id, &built.name)
        .detail("provider", setup.provider.as_str())
        .detail("name", built.name.as_str());
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    Ok(integration_id)
}

/// Makes the integration, or overwrites name, metadata and status of the one that exists.
async fn write_integration(
    tx: &mut Tx,
    context: &Context,
    current: &Current,
    built: &Built,
    new_id: i64,
) -> Result<i64, Error> {
    let integration = |id| Integration {
        id,
        provider: current.setup.provider.clone(),
        external_id: built.external_id.clone(),
        name: built.name.clone(),
        metadata: seal(&context.sealing, &metadata_of(id), &built.metadata),
        status: Status::Active,
    };
    if !built.expect_exists && integrations::insert(tx, &integration(new_id), context.now()).await? {
        return Ok(new_id);
    }
    let known = integrations::lock_by_external_id(tx, &current.setup.provider, &built.external_id).await?;
    let known = known.ok_or_else(integration_not_found)?;
    integrations::overwrite(tx, &integration(known.id)).await?;
    Ok(known.id)
}

/// Links the account to the user.
async fn write_identity(
    tx: &mut Tx,
    context: &Context,
    current: &Current,
    identity: &ExternalIdentity,
    (new_provider, new_id): (i64, i64),
) -> Result<i64, Error> {
    let (user_id, now) = (current.setup.user_id, context.now());
    let descriptor = current.provider.descriptor();
    let provider_id = identities::provider(tx, new_provider, &identity.kind, &identity.instance).await?;
    let of_account = identities::lock_of_account(tx, provider_id, &identity.external_id).await?;
    let of_user = identities::lock_of_user(tx, provider_id, user_id).await?;
    let is_of_another = of_account.as_ref().is_some_and(|known| known.user_id != user_id);
    if is_of_another && (descriptor.needs_default_identity || of_user.is_some()) {
        return Err(identity_taken(&descriptor.name, &context.config.product));
    }
    let known = of_account.or(of_user).map(|known| known.id);
    let row = NewIdentity {
        id: known.unwrap_or(new_id),
        provider_id,
        external_id: &identity.external_id,
        user_id,
        scopes: &identity.scopes,
    };
    let data: Sealed = seal(&context.sealing, &identity_of(row.id), &identity.data);
    match known {
        Some(_) => identities::overwrite(tx, &row, &data, now).await?,
        None => identities::insert(tx, &row, &data, now).await?,
    }
    Ok(row.id)
}
