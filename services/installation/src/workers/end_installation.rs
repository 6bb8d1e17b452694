use patchbay_audit::Entry;
use patchbay_domain::Error;
use patchbay_proto::event_fanout::UserActor;

use crate::context::Context;
use crate::domain::installation::{Installation, InstallationStatus};
use crate::outbox::events;
use crate::store::{installations, versions};

/// Revokes the tokens of an installation and removes it. Returns false, without writing `entry`, if it was already gone.
///
/// Tokens are revoked first, so that a removed installation never has a working token. If revoking fails, nothing has
/// changed. After a crash in between, repeating the call removes the installation.
pub(crate) async fn end_installation(
    context: &Context,
    installation: Installation,
    by: Option<UserActor>,
    entry: Option<Entry>,
) -> Result<bool, Error> {
    context.tokens.revoke(installation.uuid).await?;

    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    if !installations::remove(&mut tx, installation.uuid, context.clock.now(), version).await? {
        return Ok(false);
    }
    if let Some(entry) = entry {
        tx.outbox(entry.into_message()).await?;
    }
    // Internal apps get neither the created nor the deleted event of their installation.
    if !installation.app.is_internal {
        let removed = Installation { status: InstallationStatus::PendingDeletion, ..installation };
        tx.outbox(events::deleted(&removed, by)).await?;
    }
    context.commit(tx).await?;
    context.metrics.uninstalls.inc();
    Ok(true)
}
