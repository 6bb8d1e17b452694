//! The issue and the integration that a request names.

use patchbay_domain::{Caller, Error};
use patchbay_proto::tracker::Issue;
use serde_json::Value;

use crate::context::Context;
use crate::domain::integration::{OrganizationIntegration, Status, integration_not_found};
use crate::domain::link::not_supported;
use crate::domain::organization::{Organization, feature_off, organization_not_found};
use crate::grpc::organizations;
use crate::installations::{Acting, acting};
use crate::store::form_defaults::{self, Of};
use patchbay_provider::{Feature, IssueInfo, Object};

/// An issue that the caller sees, with its organization.
pub(super) async fn seen_issue(
    context: &Context,
    caller: &Caller,
    issue_id: i64,
    organization: &str,
) -> Result<(Issue, Organization), Error> {
    if *caller == Caller::Anonymous {
        return Err(Error::no_credentials());
    }
    let issue = context.tracker.issue(caller, issue_id, organization).await?;
    let organization = context.tracker.organization(&issue.organization_id.to_string()).await?;
    Ok((issue, organization.ok_or_else(organization_not_found)?))
}

/// Refuses organizations that may not link.
pub(super) fn check_feature(organization: &Organization) -> Result<(), Error> {
    if organization.may_link() { Ok(()) } else { Err(feature_off()) }
}

/// An active integration of the organization, whose provider has tickets.
pub(super) async fn with_tickets(
    context: &Context,
    organization: &Organization,
    named: &str,
) -> Result<(OrganizationIntegration, Acting), Error> {
    let id: i64 = named.parse().map_err(|_| integration_not_found())?;
    let of = organizations::integration(context, organization, id).await?;
    if of.status != Status::Active {
        return Err(integration_not_found());
    }
    let acting = acting(context, &of)?.ok_or_else(integration_not_found)?;
    let descriptor = acting.provider.descriptor();
    if !descriptor.has(Feature::IssueBasic) && !descriptor.has(Feature::IssueSync) {
        return Err(not_supported());
    }
    Ok((of, acting))
}

/// The issue as a provider sees it.
pub(super) async fn issue_info(
    context: &Context,
    issue: &Issue,
    integration_id: i64,
) -> Result<IssueInfo, Error> {
    let defaults = form_defaults::get(&context.db, defaults_of(issue, integration_id)).await?;
    let document: Object = serde_json::from_slice(&issue.document_json).unwrap_or_default();
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    let value = document.get("metadata").and_then(|metadata| metadata.get("value")).and_then(Value::as_str);
    let body = [issue.title.as_str(), value.unwrap_or_default(), text("culprit")];
    let body: Vec<&str> = body.into_iter().filter(|line| !line.is_empty()).collect();
    Ok(IssueInfo {
        id: issue.id,
        short_id: issue.short_id.clone(),
        title: issue.title.clone(),
        body: body.join("\n"),
        url: issue.web_url.clone(),
        defaults,
    })
}

pub(super) fn defaults_of(issue: &Issue, integration_id: i64) -> Of {
    Of { organization_id: issue.organization_id, integration_id, project_id: issue.project_id }
}
