use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::issue::{check_feature, seen_issue, with_tickets};
use crate::context::Context;
use crate::domain::access;
use crate::domain::link::link_id;
use crate::installations::outcomes::measured;
use crate::linking::ticket_record::settle;
use crate::store::{external_issues, links, ticket_records};

pub(super) async fn unlink(
    context: &Context,
    caller: &Caller,
    request: proto::UnlinkRequest,
) -> Result<proto::UnlinkResponse, Error> {
    let (issue, organization) = seen_issue(context, caller, request.issue_id, &request.organization).await?;
    access::may_link(caller, organization.id)?;
    check_feature(&organization)?;
    let id = link_id(&request.external_issue)?;
    let (of, acting) = with_tickets(context, &organization, &request.integration).await?;
    let found = links::get(&context.db, id).await?;
    let is_own = |link: &crate::domain::link::Link| {
        link.issue_id == issue.id && link.integration_id == of.integration.id
    };
    let Some(link) = found.filter(is_own) else { return Ok(proto::UnlinkResponse {}) };

    let mut tx = context.db.begin().await?;
    external_issues::lock(&mut tx, link.ticket.id).await?;
    links::delete(&mut tx, link.id).await?;
    external_issues::delete_unlinked(&mut tx, link.ticket.id).await?;
    ticket_records::put(&mut tx, link.id, issue.id, None, context.now()).await?;
    tx.commit().await?;
    settle(context, link.id, issue.id, None).await;
    // The link has ended; what remains at the tracker is recorded.
    let after = acting.provider.after_unlink(&acting.installation, issue.id, &link.ticket.key);
    let _ = measured(context, of.integration.id, "after_unlink", after).await;
    Ok(proto::UnlinkResponse {})
}
