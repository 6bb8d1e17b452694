use patchbay_db::Tx;
use patchbay_domain::Error;

use super::ours;
use crate::context::Context;
use crate::domain::link::StoredTicket;
use crate::installations::acting;
use crate::linking::ticket_record::{record_of, settle};
use crate::store::external_issues::{self, TrackedTicket};
use crate::store::{links, organization_integrations, outbound, ticket_records};
use patchbay_provider::{Failure, Ticket};

/// Gives the tickets with a key another one. Where a ticket with the new key is known, it gets the links and survives.
pub(super) async fn apply(
    context: &Context,
    integration_id: i64,
    from: &str,
    to: &str,
    ticket_id: &str,
) -> Result<(), Failure> {
    if from == to {
        return Ok(());
    }
    let surviving = rename(context, integration_id, from, to, ticket_id).await.map_err(ours)?;
    for (organization_id, external_issue_id) in surviving {
        show(context, organization_id, integration_id, external_issue_id).await.map_err(ours)?;
    }
    Ok(())
}

/// Returns the tickets that have the key now, with their organizations.
async fn rename(
    context: &Context,
    integration_id: i64,
    from: &str,
    to: &str,
    ticket_id: &str,
) -> Result<Vec<(i64, i64)>, Error> {
    let mut surviving = Vec::new();
    let mut tx = context.db.begin().await?;
    let known = external_issues::lock_with_key(&mut tx, integration_id, to).await?;
    for ticket in external_issues::lock_with_key(&mut tx, integration_id, from).await? {
        let organization_id = ticket.organization_id;
        match known.iter().find(|known| known.organization_id == organization_id) {
            Some(survivor) => {
                merge(context, &mut tx, &ticket, survivor).await?;
                surviving.push((organization_id, survivor.ticket.id));
            }
            None => {
                let mut metadata = ticket.ticket.metadata;
                if !ticket_id.is_empty() {
                    metadata.insert("provider_issue_id".to_owned(), ticket_id.into());
                }
                external_issues::rename(&mut tx, ticket.ticket.id, to, &metadata).await?;
                surviving.push((organization_id, ticket.ticket.id));
            }
        }
    }
    tx.commit().await?;
    Ok(surviving)
}

/// Moves the links and what waits to be sent.
async fn merge(
    context: &Context,
    tx: &mut Tx,
    ticket: &TrackedTicket,
    survivor: &TrackedTicket,
) -> Result<(), Error> {
    let doubles = external_issues::merge(tx, ticket.ticket.id, survivor.ticket.id).await?;
    for (link_id, issue_id) in doubles {
        ticket_records::put(tx, link_id, issue_id, None, context.now()).await?;
    }
    outbound::move_tasks(tx, ticket.ticket.id, survivor.ticket.id).await
}

/// Shows the new key on the issues.
async fn show(
    context: &Context,
    organization_id: i64,
    integration_id: i64,
    external_issue_id: i64,
) -> Result<(), Error> {
    let of = organization_integrations::find(&context.db, organization_id, integration_id).await?;
    let Some(acting) = of.map(|of| acting(context, &of)).transpose()?.flatten() else { return Ok(()) };
    for link in links::of_ticket(&context.db, external_issue_id).await? {
        let StoredTicket { key, title, .. } = link.ticket;
        let record = record_of(&acting, &Ticket { key, title, ..Ticket::default() }, false, 0);
        let mut tx = context.db.begin().await?;
        ticket_records::put(&mut tx, link.id, link.issue_id, Some(&record), context.now()).await?;
        tx.commit().await?;
        settle(context, link.id, link.issue_id, Some(record)).await;
    }
    Ok(())
}
