use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;
use patchbay_rpc::bounded_page;

use super::rule;
use crate::context::Context;
use crate::domain::access;
use crate::domain::input::page::Page;
use crate::store::alert_rules;

/// The settings of apps can make a rule large.
pub(super) async fn list_rules(
    context: &Context,
    caller: &Caller,
    request: wire::ListRulesRequest,
) -> Result<wire::ListRulesResponse> {
    let (organization, scopes) = (&request.organization, access::READ_ALERTS);
    let project = &rule::project(context, caller, organization, &request.project, scopes).await?;
    let page = Page::read(request.offset, request.limit);
    let fetch = |offset, limit| async move {
        let found = alert_rules::list(&context.db, project.id, offset, limit).await?;
        Ok::<_, Error>(found.iter().map(|found| rule::to_wire(found, project)).collect())
    };
    let (rules, has_more) = bounded_page(page.offset(), page.limit(), fetch).await?;
    Ok(wire::ListRulesResponse { rules, has_more })
}
