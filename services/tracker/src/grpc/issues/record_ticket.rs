use patchbay_domain::{Actor, Caller, Error, Result};
use patchbay_proto::tracker as wire;

use crate::context::Context;
use crate::domain::issue::change::IssueChange;
use crate::domain::issue::comment::Author;
use crate::domain::issue::not_found;
use crate::domain::issue::source::IntegrationSource;
use crate::domain::issue::tickets::Ticket;
use crate::record_activity::{ActivityRecord, record_activity};
use crate::store::issues;

const MAX_TITLE: usize = 255;

pub(super) async fn record_ticket(
    context: &Context,
    caller: &Caller,
    request: wire::RecordTicketRequest,
) -> Result<wire::RecordTicketResponse> {
    let given = request.source.unwrap_or_default();
    let source =
        IntegrationSource::read(caller, given.integration_id, &given.provider_key, &given.provider_name)?;
    let ticket = Ticket::read(request.link_id, request.url, &request.label)?;
    let issue_change = IssueChange::Linked {
        title: request.title.chars().take(MAX_TITLE).collect(),
        provider: source.provider_name.clone(),
        label: ticket.label.clone(),
        location: ticket.url.clone(),
        is_new: request.is_new_ticket,
    };

    let activity_id = context.db.allocate_ids("activity", 1).await?;
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    let mut found = issues::lock_all(&mut tx, &[request.issue_id]).await?.pop().ok_or_else(not_found)?;
    let is_new = found.issue.tickets.put(ticket)?;
    issues::set_tickets(&mut tx, found.issue.id, &found.issue.tickets).await?;
    if is_new {
        let author = if request.user_id > 0 { Author::User(request.user_id) } else { Author::System };
        let record = ActivityRecord {
            issue_context: found.issue_context(&context.links),
            issue_change: &issue_change,
            author,
            actor: &Actor::System,
            source: Some(&source),
        };
        record_activity(&mut tx, &[record], activity_id, now).await?;
    }
    tx.commit().await.map_err(Error::from)?;
    Ok(wire::RecordTicketResponse {})
}
