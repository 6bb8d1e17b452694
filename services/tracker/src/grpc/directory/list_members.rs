use patchbay_domain::{Caller, Result, Role};
use patchbay_proto::tracker as wire;

use super::{invitation, user};
use crate::context::Context;
use crate::domain::input::page::Page;
use crate::domain::input::pattern;
use crate::domain::organization;
use crate::domain::organization::directory_access;
use crate::domain::organization::invitation::Invitation;
use crate::domain::user::{Member, roles_from};
use crate::grpc::named;
use crate::store::{invitations, memberships};

pub(super) async fn list_members(
    context: &Context,
    caller: &Caller,
    request: wire::ListMembersRequest,
) -> Result<wire::ListMembersResponse> {
    let organization =
        named::organization(&context.db, caller, &request.organization, organization::not_found).await?;
    directory_access::read_members(caller, organization.id)?;
    let roles = roles_from(&request.min_role)?;
    let (page, pattern) = (Page::read(request.offset, request.limit), pattern::holding(request.query.trim()));
    let found = memberships::list(&context.db, organization.id, &roles, &pattern, page).await?;
    let query = InvitationQuery { organization_id: organization.id, roles: &roles, pattern: &pattern, page };
    let mut invited =
        if request.with_invitations { query.invited(context, &found).await? } else { Vec::new() };
    let room = page.room_behind(found.len());
    let (found, has_more_members) = page.cut(found);
    let has_more = has_more_members || invited.len() > room;
    invited.truncate(room);
    let now = context.clock.now();
    let to_wire = |invitation| invitation::to_wire(invitation, organization.clone(), now);
    Ok(wire::ListMembersResponse {
        invitations: invited.into_iter().map(to_wire).collect(),
        members: found.into_iter().map(user::member_to_wire).collect(),
        has_more,
    })
}

struct InvitationQuery<'a> {
    organization_id: i64,
    roles: &'a [Role],
    pattern: &'a str,
    page: Page,
}

impl InvitationQuery<'_> {
    /// The invitations on the page, which follow the last member, and one extra.
    async fn invited(&self, context: &Context, members: &[Member]) -> Result<Vec<Invitation>> {
        let (on_page, offset) = (members.len() as i64, self.page.offset());
        let room = self.page.fetch() - on_page;
        if room == 0 {
            return Ok(Vec::new());
        }
        let before = if on_page == 0 && offset > 0 {
            let all = memberships::count(&context.db, self.organization_id, self.roles, self.pattern).await?;
            (offset - all).max(0)
        } else {
            0
        };
        Ok(invitations::list(&context.db, self.organization_id, self.pattern, before, room).await?)
    }
}
