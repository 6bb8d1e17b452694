//! The organization that a request names, if its caller may know that it exists.

use patchbay_domain::{Caller, Error};

use crate::context::Context;
use crate::domain::installation::access::organization_not_found;
use crate::domain::organization::Organization;

/// Finds an organization by id or slug. Users who are not members get the same refusal whether it exists or not.
pub(super) async fn visible(context: &Context, caller: &Caller, named: &str) -> Result<Organization, Error> {
    match caller {
        Caller::Anonymous => return Err(Error::no_credentials()),
        Caller::App(_) => return Err(Error::permission_denied()),
        Caller::User(_) | Caller::Service(_) | Caller::Operator => {}
    }
    let membership = caller.user().and_then(|user| match named.parse::<i64>() {
        Ok(id) => user.membership(id),
        Err(_) => user.membership_by_slug(named),
    });
    if let Some(membership) = membership {
        let slug = membership.organization_slug.clone();
        return Ok(Organization { id: membership.organization_id, slug });
    }
    if !caller.sees_every_organization() {
        return Err(Error::permission_denied());
    }
    if named.is_empty() {
        return Err(organization_not_found());
    }
    let found = context.directory.find(named).await?.ok_or_else(organization_not_found)?;
    Ok(Organization { id: found.id, slug: found.slug })
}

/// Like [`visible`], and also visible to an app in the organization that installed it.
pub(super) async fn of_reader(
    context: &Context,
    caller: &Caller,
    named: &str,
) -> Result<Organization, Error> {
    let Caller::App(app) = caller else { return visible(context, caller, named).await };
    let found =
        context.directory.find(named).await?.filter(|organization| organization.id == app.organization_id);
    let found = found.ok_or_else(Error::permission_denied)?;
    Ok(Organization { id: found.id, slug: found.slug })
}
