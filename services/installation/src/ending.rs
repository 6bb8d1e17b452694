//! The end of an installation, whoever wants it.

use patchbay_audit::Entry;
use patchbay_domain::Error;
use patchbay_proto::event_fanout::UserActor;

use crate::context::Context;
use crate::domain::installation::{Installation, InstallationStatus};
use crate::events;
use crate::store::{installations, versions};

/// Tokens first: whoever was told that an installation is gone may rely on it. When revoking fails, nothing has
/// changed; a crash after it leaves an installation without tokens, which the same call removes when it comes again.
///
/// Whether the installation was there to be ended; only then is there an `entry` in the audit log.
pub(crate) async fn end(
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
    // Internal apps are not told of their installation's end, as they were not of its beginning.
    if !installation.app.is_internal {
        let removed = Installation { status: InstallationStatus::PendingDeletion, ..installation };
        tx.outbox(events::deleted(&removed, by)).await?;
    }
    context.commit(tx).await?;
    context.metrics.uninstalls.inc();
    Ok(true)
}
