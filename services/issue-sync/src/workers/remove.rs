//! Removes integrations from organizations, in bounded steps.
//!
//! A use that is to be removed is claimed under its lock, so a new setup that came first keeps it. From then on the steps are repeated
//! until the row is gone, whatever happens to the process in between.

use std::time::Duration;

use patchbay_domain::Error;
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::domain::integration::{OrganizationIntegration, Status};
use crate::installations::acting;
use crate::store::{identities, integrations, organization_integrations, removal};

/// The time between two rounds, unless a removal wakes the worker.
const PAUSE: Duration = Duration::from_secs(60);

/// Runs until a stop is requested.
pub(crate) async fn run(context: Context) {
    while !context.stop.is_requested() {
        if let Err(error) = round(&context).await {
            tracing::warn!(%error, "an integration could not be removed; the next attempt is in a minute");
        }
        tokio::select! {
            () = context.stop.requested() => return,
            () = context.removal.notified() => {}
            () = sleep(&context.clock, PAUSE) => {}
        }
    }
}

async fn round(context: &Context) -> Result<(), Error> {
    for id in removal::due(&context.db).await? {
        if context.stop.is_requested() {
            return Ok(());
        }
        if claim(context, id).await? {
            remove(context, id).await?;
        }
    }
    Ok(())
}

/// False if it was set up again in between.
async fn claim(context: &Context, id: i64) -> Result<bool, Error> {
    let mut tx = context.db.begin().await?;
    let locked = organization_integrations::lock_by_id(&mut tx, id).await?;
    match locked.map(|locked| locked.status) {
        Some(Status::PendingDeletion) => {
            organization_integrations::set_status(&mut tx, id, Status::DeletionInProgress).await?;
            tx.commit().await?;
            Ok(true)
        }
        Some(Status::DeletionInProgress) => Ok(true),
        Some(Status::Active | Status::Disabled) | None => Ok(false),
    }
}

async fn remove(context: &Context, id: i64) -> Result<(), Error> {
    let Some(of) = organization_integrations::get(&context.db, id).await? else { return Ok(()) };
    while removal::delete_links(&context.db, of.organization_id, of.integration.id, context.now()).await? {
        if context.stop.is_requested() {
            return Ok(());
        }
    }
    let is_last = removal::uses(&context.db, of.integration.id).await? == 1;
    if is_last {
        uninstall(context, &of).await;
    }

    let mut tx = context.db.begin().await?;
    // In this order everywhere: the integration, then its use.
    integrations::lock(&mut tx, of.integration.id).await?;
    let Some(locked) = organization_integrations::lock_by_id(&mut tx, id).await? else { return Ok(()) };
    removal::delete_use(&mut tx, id, of.organization_id, of.integration.id).await?;
    if let Some(identity) = locked.identity_id {
        identities::delete_unused(&mut tx, identity).await?;
    }
    let is_gone = removal::delete_unused(&mut tx, locked.integration_id).await?;
    tx.commit().await?;
    if is_gone {
        context.limiters.forget(of.integration.id);
    }
    Ok(())
}

/// Removes the webhook at the tracker. A tracker that cannot be reached does not keep the integration alive: its webhooks are then answered
/// like those of an unknown one.
async fn uninstall(context: &Context, of: &OrganizationIntegration) {
    let acting = match acting(context, of) {
        Ok(Some(acting)) => acting,
        Ok(None) => return,
        Err(error) => {
            tracing::warn!(%error, integration_id = of.integration.id, "the webhook at a tracker stays, because the credentials cannot be read");
            return;
        }
    };
    if let Err(failure) = acting.provider.uninstall(&acting.installation).await {
        tracing::warn!(%failure, integration_id = of.integration.id, "the webhook at a tracker could not be removed; an administrator there can remove it");
    }
}
