use chrono::TimeDelta;
use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::issue::{check_feature, seen_issue, with_tickets};
use super::ticket_message::ticket_message;
use crate::context::Context;
use crate::domain::integration::integration_not_found;
use crate::domain::link::key_in_use;
use crate::domain::{access, failure, json};
use crate::installations::outcomes::measured;
use crate::linking::create_ticket::{ToCreate, link_created};
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
    let user_id = caller.user().map_or(0, |user| user.user_id);
    let to_create = ToCreate { of: &of, acting: &acting, issue: &issue, user_id };
    if request.idempotency_key.is_empty() {
        return create(context, to_create, &fields, None).await;
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
            let created = create(context, to_create, &fields, Some(&name)).await;
            if created.is_err() {
                link_claims::release(&context.db, &name).await?;
            }
            created
        }
    }
}

async fn create(
    context: &Context,
    to_create: ToCreate<'_>,
    fields: &Object,
    claim: Option<&str>,
) -> Result<proto::LinkedTicket, Error> {
    let acting = to_create.acting;
    let made = acting.provider.create_issue(&acting.installation, fields);
    let made = measured(context, to_create.of.integration.id, "create_issue", made).await;
    let ticket = made.map_err(|failure| failure::of_linking(failure, &acting.provider.descriptor().key))?;
    let remembered = claim.map(|name| (name, context.now() + REMEMBERED));
    let (link, is_new) = link_created(context, to_create, &ticket, fields, remembered).await?;
    Ok(ticket_message(acting, &link, is_new))
}
