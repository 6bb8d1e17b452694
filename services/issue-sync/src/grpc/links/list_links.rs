use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::issue::seen_issue;
use super::ticket_message::ticket_message;
use crate::context::Context;
use crate::grpc::integration_message::integration_message;
use crate::grpc::page::Page;
use crate::installations::acting;
use crate::store::{links, organization_integrations};
use patchbay_provider::Feature;

pub(super) async fn list_links(
    context: &Context,
    caller: &Caller,
    request: proto::ListLinksRequest,
) -> Result<proto::ListLinksResponse, Error> {
    let (issue, organization) = seen_issue(context, caller, request.issue_id, &request.organization).await?;
    if !organization.may_link() {
        return Ok(proto::ListLinksResponse::default());
    }
    let descriptors = context.registry.all().map(|provider| provider.descriptor());
    let with_tickets = descriptors
        .filter(|descriptor| descriptor.has(Feature::IssueBasic) || descriptor.has(Feature::IssueSync));
    let keys: Vec<String> = with_tickets.map(|descriptor| descriptor.key.clone()).collect();
    let page = Page::new(request.offset, request.limit);
    let found = organization_integrations::list(
        &context.db,
        organization.id,
        &keys,
        true,
        page.offset,
        page.fetched(),
    );
    let (found, has_more) = page.cut(found.await?);
    let links = links::of_issue(&context.db, issue.id).await?;

    let mut integrations = Vec::with_capacity(found.len());
    for of in found {
        let Some(acting) = acting(context, &of)? else { continue };
        let own = links.iter().filter(|link| link.integration_id == of.integration.id);
        integrations.push(proto::IntegrationLinks {
            integration: Some(integration_message(context, &of, acting.provider.descriptor())?),
            tickets: own.map(|link| ticket_message(&acting, link, false)).collect(),
        });
    }
    Ok(proto::ListLinksResponse { integrations, has_more })
}
