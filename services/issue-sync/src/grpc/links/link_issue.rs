use chrono::TimeDelta;
use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;
use patchbay_proto::tracker::Issue;

use super::create_issue::MAX_FIELDS;
use super::issue::{check_feature, seen_issue, with_tickets};
use super::ticket_message::ticket_message;
use crate::context::Context;
use crate::domain::integration::OrganizationIntegration;
use crate::domain::link::{busy, check_key};
use crate::domain::{access, failure, json};
use crate::installations::Acting;
use crate::installations::outcomes::measured;
use crate::linking::create_ticket::after_link;
use crate::linking::issue_info::issue_info;
use crate::linking::store_link::{ToLink, store_link};
use crate::store::link_claims::{self, Claim};
use crate::store::links;
use patchbay_provider::{Failure, Object};

/// A call that was interrupted gives its ticket back after this time.
const CLAIMED: TimeDelta = TimeDelta::seconds(300);

pub(super) async fn link_issue(
    context: &Context,
    caller: &Caller,
    request: proto::LinkIssueRequest,
) -> Result<proto::LinkedTicket, Error> {
    let (issue, organization) = seen_issue(context, caller, request.issue_id, &request.organization).await?;
    access::may_link(caller, organization.id)?;
    check_feature(&organization)?;
    let fields = json::object(&request.fields_json, MAX_FIELDS)?;
    if json::text(&fields, "externalIssue").is_none() {
        return Err(Error::field("externalIssue", "Issue ID is required"));
    }
    let (of, acting) = with_tickets(context, &organization, &request.integration).await?;
    let key = acting.provider.ticket_key(&acting.installation, &fields);
    let key = key.map_err(|failure| refusal(failure, &acting))?;
    check_key(&key)?;

    let name = format!("ticket:{}:{}:{key}", organization.id, of.integration.id);
    let now = context.now();
    if link_claims::take(&context.db, &name, now + CLAIMED, now).await? != Claim::Taken {
        return Err(busy());
    }
    let user_id = caller.user().map_or(0, |user| user.user_id);
    let linked = link(context, &of, &acting, &issue, user_id, &key, &fields).await;
    link_claims::release(&context.db, &name).await?;
    linked
}

/// In this order: the ticket is read, the comment is written, the link is stored. A failing comment leaves no link.
async fn link(
    context: &Context,
    of: &OrganizationIntegration,
    acting: &Acting,
    issue: &Issue,
    user_id: i64,
    key: &str,
    fields: &Object,
) -> Result<proto::LinkedTicket, Error> {
    let (provider, integration_id) = (&acting.provider, of.integration.id);
    let found = provider.get_issue(&acting.installation, key);
    let found = measured(context, integration_id, "get_issue", found).await;
    let ticket = found.map_err(|failure| refusal(failure, acting))?;
    check_key(&ticket.key)?;

    let is_known = links::find(&context.db, issue.id, integration_id, &ticket.key).await?.is_some();
    if let Some(comment) = json::text(fields, "comment").filter(|_| !is_known) {
        let written = provider.create_comment(&acting.installation, &ticket.key, &comment);
        let written = measured(context, integration_id, "link_comment", written).await;
        written.map_err(|failure| refusal(failure, acting))?;
    }
    let to_link = ToLink {
        of,
        acting,
        issue,
        ticket: &ticket,
        fields,
        is_new_ticket: false,
        user_id,
        remembered: None,
    };
    let (link, is_new) = store_link(context, to_link).await?;
    if is_new {
        let info = issue_info(context, issue, integration_id, user_id).await?;
        after_link(context, acting, integration_id, &info, &ticket).await;
    }
    Ok(ticket_message(acting, &link, is_new))
}

fn refusal(failure: Failure, acting: &Acting) -> Error {
    failure::of_linking(failure, &acting.provider.descriptor().key)
}
