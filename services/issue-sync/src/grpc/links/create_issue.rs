use chrono::TimeDelta;
use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;
use patchbay_proto::tracker::Issue;

use super::issue::{check_feature, issue_info, seen_issue, with_tickets};
use super::store_link::store_link;
use super::ticket_message::ticket_message;
use crate::context::Context;
use crate::domain::integration::{OrganizationIntegration, integration_not_found};
use crate::domain::link::{already_linked, check_key, key_in_use};
use crate::domain::{access, failure, json};
use crate::installations::Acting;
use crate::installations::outcomes::measured;
use crate::store::link_claims::{self, Claim};
use crate::store::links;
use patchbay_provider::Object;

/// Bytes of the fields of a form.
pub(super) const MAX_FIELDS: usize = 256 * 1024;
/// Characters of an idempotency key.
const MAX_KEY: usize = 255;
/// A call that was interrupted gives its key back after this time.
const CLAIMED: TimeDelta = TimeDelta::minutes(5);
/// The result of a call is remembered for this time.
const REMEMBERED: TimeDelta = TimeDelta::days(1);

pub(super) async fn create_issue(
    context: &Context,
    caller: &Caller,
    request: proto::CreateIssueRequest,
) -> Result<proto::LinkedTicket, Error> {
    let (issue, organization) = seen_issue(context, caller, request.issue_id, &request.organization).await?;
    access::may_link(caller, organization.id)?;
    check_feature(&organization)?;
    let (of, acting) = with_tickets(context, &organization, &request.integration).await?;
    let fields = json::object(&request.fields_json, MAX_FIELDS)?;
    if request.idempotency_key.is_empty() {
        return create(context, &of, &acting, &issue, &fields, None).await;
    }
    if request.idempotency_key.chars().count() > MAX_KEY {
        let message = format!("The Idempotency-Key has more than {MAX_KEY} characters.");
        return Err(Error::invalid("IDEMPOTENCY_KEY_TOO_LONG", message));
    }
    // The key is of this issue and this integration, so no other organization meets it.
    let name = format!("create:{}:{}:{}", issue.id, of.integration.id, request.idempotency_key);
    let now = context.now();
    match link_claims::take(&context.db, &name, now + CLAIMED, now).await? {
        Claim::Busy => Err(key_in_use()),
        Claim::Done(link) => {
            let link = links::get(&context.db, link).await?.ok_or_else(integration_not_found)?;
            Ok(ticket_message(&acting, &link, true))
        }
        Claim::Taken => {
            let created = create(context, &of, &acting, &issue, &fields, Some(&name)).await;
            if created.is_err() {
                link_claims::release(&context.db, &name).await?;
            }
            created
        }
    }
}

async fn create(
    context: &Context,
    of: &OrganizationIntegration,
    acting: &Acting,
    issue: &Issue,
    fields: &Object,
    claim: Option<&str>,
) -> Result<proto::LinkedTicket, Error> {
    let (provider, integration_id) = (&acting.provider, of.integration.id);
    let made = provider.create_issue(&acting.installation, fields);
    let made = measured(context, integration_id, "create_issue", made).await;
    let ticket = made.map_err(|failure| failure::of_linking(failure, &provider.descriptor().key))?;
    check_key(&ticket.key)?;
    if links::find(&context.db, issue.id, integration_id, &ticket.key).await?.is_some() {
        return Err(already_linked());
    }
    let remembered = claim.map(|name| (name, context.now() + REMEMBERED));
    let (link, is_new) = store_link(context, of, acting, issue, &ticket, fields, remembered).await?;
    let info = issue_info(context, issue, integration_id).await?;
    // The link exists; what follows it at the tracker is recorded and does not undo it.
    let after = provider.after_link(&acting.installation, &info, &ticket);
    let _ = measured(context, integration_id, "after_link", after).await;
    Ok(ticket_message(acting, &link, is_new))
}
