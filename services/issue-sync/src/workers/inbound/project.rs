use super::{key, ours};
use crate::context::Context;
use crate::store::{external_issues, status_mappings};
use patchbay_provider::Failure;

/// Gives all tickets of a project, and what its statuses are mapped to, its new name. One ticket is one transaction, so that no lock is
/// held for long; a repetition goes on with those that have the old name still.
pub(super) async fn apply(
    context: &Context,
    integration_id: i64,
    from: &str,
    to: &str,
    separator: &str,
) -> Result<(), Failure> {
    if from == to {
        return Ok(());
    }
    let (old, new) = (format!("{from}{separator}"), format!("{to}{separator}"));
    // A new name that begins with the old one would be found again.
    if new.starts_with(&old) {
        return Err(Failure::refused("The new name of the project contains the old one."));
    }
    loop {
        let keys =
            external_issues::keys_beginning_with(&context.db, integration_id, &old).await.map_err(ours)?;
        if keys.is_empty() {
            break;
        }
        for known in keys {
            let renamed = known.replacen(&old, &new, 1);
            key::apply(context, integration_id, &known, &renamed, "").await?;
        }
    }
    status_mappings::rename_project(&context.db, integration_id, from, to).await.map_err(ours)
}
