//! Creates a ticket, and links it.

use patchbay_domain::Error;
use patchbay_proto::tracker::Issue;

use super::issue_info::issue_info;
use super::store_link::{ToLink, store_link};
use crate::context::Context;
use crate::domain::integration::OrganizationIntegration;
use crate::domain::link::{Link, already_linked, check_key};
use crate::installations::Acting;
use crate::installations::outcomes::measured;
use crate::store::links;
use patchbay_provider::{Failure, IssueInfo, Object, Ticket};

/// Who creates a ticket for which issue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ToCreate<'a> {
    pub(crate) of: &'a OrganizationIntegration,
    pub(crate) acting: &'a Acting,
    pub(crate) issue: &'a Issue,
    /// 0 for an app or a rule.
    pub(crate) user_id: i64,
}

/// Links a ticket that was just created. Returns the link, and whether it is new.
pub(crate) async fn link_created(
    context: &Context,
    to_create: ToCreate<'_>,
    ticket: &Ticket,
    fields: &Object,
    remembered: Option<(&str, chrono::DateTime<chrono::Utc>)>,
) -> Result<(Link, bool), Error> {
    let ToCreate { of, acting, issue, user_id } = to_create;
    check_key(&ticket.key)?;
    if links::find(&context.db, issue.id, of.integration.id, &ticket.key).await?.is_some() {
        return Err(already_linked());
    }
    let to_link = ToLink { of, acting, issue, ticket, fields, is_new_ticket: true, user_id, remembered };
    let linked = store_link(context, to_link).await?;
    let info = issue_info(context, issue, of.integration.id, user_id).await?;
    after_link(context, acting, of.integration.id, &info, ticket).await;
    Ok(linked)
}

/// The link exists; what follows it at the tracker is recorded and does not undo it.
pub(crate) async fn after_link(
    context: &Context,
    acting: &Acting,
    integration_id: i64,
    info: &IssueInfo,
    ticket: &Ticket,
) {
    let after = acting.provider.after_link(&acting.installation, info, ticket);
    let _: Result<(), Failure> = measured(context, integration_id, "after_link", after).await;
}
