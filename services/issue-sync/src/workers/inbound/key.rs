use patchbay_domain::Error;

use super::{Applied, ours};
use crate::context::Context;
use crate::store::external_issues;
use patchbay_provider::Failure;

/// Gives the tickets with a key another one. Where a ticket with the new key is known, it gets the links and survives.
pub(super) async fn apply(
    context: &Context,
    integration_id: i64,
    from: &str,
    to: &str,
    ticket_id: &str,
) -> Result<Applied, Failure> {
    if from != to {
        rename(context, integration_id, from, to, ticket_id).await.map_err(ours)?;
    }
    Ok(Applied::Done)
}

async fn rename(
    context: &Context,
    integration_id: i64,
    from: &str,
    to: &str,
    ticket_id: &str,
) -> Result<(), Error> {
    let mut tx = context.db.begin().await?;
    let known = external_issues::lock_with_key(&mut tx, integration_id, to).await?;
    for ticket in external_issues::lock_with_key(&mut tx, integration_id, from).await? {
        match known.iter().find(|known| known.organization_id == ticket.organization_id) {
            Some(survivor) => external_issues::merge(&mut tx, ticket.ticket.id, survivor.ticket.id).await?,
            None => {
                let mut metadata = ticket.ticket.metadata;
                if !ticket_id.is_empty() {
                    metadata.insert("provider_issue_id".to_owned(), ticket_id.into());
                }
                external_issues::rename(&mut tx, ticket.ticket.id, to, &metadata).await?;
            }
        }
    }
    Ok(tx.commit().await?)
}
