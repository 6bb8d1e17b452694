use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::user;
use crate::context::Context;
use crate::domain::access;
use crate::domain::input::page::Page;
use crate::domain::input::pattern;
use crate::store::users;

pub(super) async fn list_users(
    context: &Context,
    caller: &Caller,
    request: wire::ListUsersRequest,
) -> Result<wire::ListUsersResponse> {
    access::internal(caller)?;
    let page = Page::read(request.offset, request.limit);
    let found = users::list(&context.db, &pattern::holding(request.query.trim()), page).await?;
    let (found, has_more) = page.cut(found);
    let mut users = Vec::with_capacity(found.len());
    for found in found {
        users.push(user::to_wire(user::with_memberships(&context.db, found).await?));
    }
    Ok(wire::ListUsersResponse { users, has_more })
}
