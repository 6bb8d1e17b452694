//! Writes a link and what belongs to it in one transaction.

use patchbay_domain::Error;
use patchbay_proto::tracker::Issue;

use super::issue::defaults_of;
use crate::context::Context;
use crate::domain::integration::{OrganizationIntegration, Status, integration_not_found};
use crate::domain::link::Link;
use crate::installations::Acting;
use crate::store::links::NewLink;
use crate::store::{external_issues, form_defaults, link_claims, links, organization_integrations};
use patchbay_provider::{Object, Ticket};

/// An idempotency key with the time until which its result is remembered.
pub(super) type Remembered<'a> = Option<(&'a str, chrono::DateTime<chrono::Utc>)>;

/// Returns the link, and whether it is new.
pub(super) async fn store_link(
    context: &Context,
    of: &OrganizationIntegration,
    acting: &Acting,
    issue: &Issue,
    ticket: &Ticket,
    fields: &Object,
    remembered: Remembered<'_>,
) -> Result<(Link, bool), Error> {
    let ticket_id = context.db.allocate_ids("external_issue", 1).await?;
    let link_id = context.db.allocate_ids("issue_link", 1).await?;
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
    let (link_id, is_new) = links::put(&mut tx, link_id, &new, context.now()).await?;
    let given = to_remember(acting, fields);
    if !given.is_empty() {
        let place = defaults_of(issue, of.integration.id);
        let mut defaults = form_defaults::get_in(&mut tx, place).await?;
        defaults.extend(given);
        form_defaults::put(&mut tx, place, &defaults).await?;
    }
    if let Some((name, until)) = remembered {
        link_claims::complete(&mut tx, name, link_id, until).await?;
    }
    tx.commit().await?;
    let link = links::get(&context.db, link_id).await?;
    link.map(|link| (link, is_new)).ok_or_else(integration_not_found)
}

/// The values that the next form proposes. A field that was not given keeps what is remembered.
fn to_remember(acting: &Acting, fields: &Object) -> Object {
    let names = &acting.provider.descriptor().remembered_fields;
    let known = names.iter().filter_map(|name| Some((name, fields.get(name)?)));
    let given = known.filter(|(_, value)| !value.is_null() && value.as_str() != Some(""));
    given.map(|(name, value)| (name.to_owned(), value.clone())).collect()
}
