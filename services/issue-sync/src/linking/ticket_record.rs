//! Shows tickets in the annotations of their issues, which another service keeps.

use patchbay_domain::ErrorKind;

use crate::context::Context;
use crate::domain::link::TicketRecord;
use crate::installations::Acting;
use crate::store::ticket_records;
use patchbay_provider::Ticket;

/// The record of a ticket.
pub(crate) fn record_of(acting: &Acting, ticket: &Ticket, is_new_ticket: bool, user_id: i64) -> TicketRecord {
    let descriptor = acting.provider.descriptor();
    let display_name = acting.provider.display_name(&ticket.key);
    TicketRecord {
        integration_id: acting.installation.integration.id,
        provider_key: descriptor.key.clone(),
        provider_name: descriptor.name.clone(),
        title: ticket.title.clone(),
        url: acting.provider.issue_url(&acting.installation, &ticket.key),
        label: if display_name.is_empty() { ticket.key.clone() } else { display_name },
        is_new_ticket,
        user_id,
    }
}

/// Sends a record that is stored. If that fails, the worker tries it again. Returns whether it was sent.
pub(crate) async fn settle(
    context: &Context,
    link_id: i64,
    issue_id: i64,
    record: Option<TicketRecord>,
) -> bool {
    let is_shown = record.is_some();
    let sent = match context.tracker.record_ticket(link_id, issue_id, record).await {
        Ok(()) => true,
        // The issue was deleted, or has too many tickets: trying again does not help.
        Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Invalid) => {
            tracing::debug!(%error, issue_id, "a ticket is not shown on its issue");
            true
        }
        Err(error) => {
            tracing::warn!(%error, issue_id, "a ticket could not be recorded on its issue; it is tried again");
            false
        }
    };
    if sent && let Err(error) = ticket_records::delete(&context.db, link_id, is_shown).await {
        tracing::warn!(%error, issue_id, "a ticket that was recorded on its issue is recorded again");
    }
    sent
}
