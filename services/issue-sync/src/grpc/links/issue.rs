//! The issue and the integration that a request names.

use patchbay_domain::{Caller, Error};
use patchbay_proto::tracker::Issue;

use crate::context::Context;
use crate::domain::integration::{OrganizationIntegration, Status, integration_not_found};
use crate::domain::link::not_supported;
use crate::domain::organization::{Organization, feature_off, organization_not_found};
use crate::grpc::organizations;
use crate::installations::{Acting, acting};
use patchbay_provider::Feature;

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
