//! Writes a link and what belongs to it in one transaction.

use chrono::{DateTime, Utc};
use patchbay_domain::Error;
use patchbay_proto::tracker::Issue;

use super::issue_info::defaults_of;
use super::ticket_record::{record_of, settle};
use crate::context::Context;
use crate::domain::integration::{OrganizationIntegration, Status, integration_not_found};
use crate::domain::link::Link;
use crate::installations::Acting;
use crate::store::form_defaults::Of;
use crate::store::links::NewLink;
use crate::store::{
    external_issues, form_defaults, link_claims, links, organization_integrations, ticket_records,
};
use patchbay_provider::{Object, Ticket};

/// A ticket to be linked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ToLink<'a> {
    pub(crate) of: &'a OrganizationIntegration,
    pub(crate) acting: &'a Acting,
    pub(crate) issue: &'a Issue,
    pub(crate) ticket: &'a Ticket,
    /// The form that a person has filled in.
    pub(crate) fields: &'a Object,
    /// Whether the ticket was created with the link.
    pub(crate) is_new_ticket: bool,
    /// 0 for an app or a rule.
    pub(crate) user_id: i64,
    /// An idempotency key with the time until which its result is remembered.
    pub(crate) remembered: Option<(&'a str, DateTime<Utc>)>,
}

/// Returns the link, and whether it is new.
pub(crate) async fn store_link(context: &Context, to_link: ToLink<'_>) -> Result<(Link, bool), Error> {
    let ToLink { of, acting, issue, ticket, fields, .. } = to_link;
    let ticket_id = context.db.allocate_ids("external_issue", 1).await?;
    let link_id = context.db.allocate_ids("issue_link", 1).await?;
    let record = record_of(acting, ticket, to_link.is_new_ticket, to_link.user_id);
    let mut tx = context.db.begin().await?;
    // A removal that began meanwhile would not find the link.
    let locked = organization_integrations::lock(&mut tx, of.organization_id, of.integration.id).await?;
    if locked.is_none_or(|locked| locked.status != Status::Active) {
        return Err(integration_not_found());
    }
    let ticket_id =
        external_issues::put(&mut tx, ticket_id, of.organization_id, of.integration.id, ticket).await?;
    let new = NewLink {
        organization_id: of.organization_id,
        integration_id: of.integration.id,
        issue_id: issue.id,
        project_id: issue.project_id,
        external_issue_id: ticket_id,
    };
    let now = context.now();
    let (link_id, is_new) = links::put(&mut tx, link_id, &new, now).await?;
    ticket_records::put(&mut tx, link_id, issue.id, Some(&record), now).await?;
    let descriptor = acting.provider.descriptor();
    let place = defaults_of(issue, of.integration.id);
    remember(&mut tx, place, &descriptor.remembered_fields, fields).await?;
    if to_link.user_id > 0 {
        let own = Of { user_id: to_link.user_id, ..place };
        remember(&mut tx, own, &descriptor.remembered_by_user, fields).await?;
    }
    if let Some((name, until)) = to_link.remembered {
        link_claims::complete(&mut tx, name, link_id, until).await?;
    }
    tx.commit().await?;
    settle(context, link_id, issue.id, Some(record)).await;
    let link = links::get(&context.db, link_id).await?;
    link.map(|link| (link, is_new)).ok_or_else(integration_not_found)
}

/// Stores the values that the next form proposes. A field that was not given keeps its value.
async fn remember(
    tx: &mut patchbay_db::Tx,
    place: Of,
    names: &[String],
    fields: &Object,
) -> Result<(), Error> {
    let known = names.iter().filter_map(|name| Some((name.clone(), fields.get(name)?.clone())));
    let given: Object = known.filter(|(_, value)| !value.is_null() && value.as_str() != Some("")).collect();
    if given.is_empty() {
        return Ok(());
    }
    let mut defaults = form_defaults::get_in(tx, place).await?;
    defaults.extend(given);
    form_defaults::put(tx, place, &defaults).await
}
