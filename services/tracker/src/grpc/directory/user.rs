use patchbay_db::Db;
use patchbay_domain::Result;
use patchbay_proto::tracker as wire;
use patchbay_rpc::timestamp;

use crate::domain::user::{Member, User, UserAndMemberships};
use crate::store::memberships;

/// Adds the memberships of the user.
pub(super) async fn with_memberships(db: &Db, user: User) -> Result<UserAndMemberships> {
    let memberships = memberships::of_user(db, user.id).await?;
    Ok(UserAndMemberships { user, memberships })
}

/// The message of a member.
pub(super) fn member_to_wire(member: Member) -> wire::Member {
    let user = UserAndMemberships { user: member.user, memberships: Vec::new() };
    wire::Member {
        user: Some(to_wire(user)),
        role: member.role.as_str().to_owned(),
        joined_at: Some(timestamp::to_wire(member.joined_at)),
    }
}

pub(in crate::grpc) fn to_wire(UserAndMemberships { user, memberships }: UserAndMemberships) -> wire::User {
    let memberships = memberships.into_iter().map(|membership| wire::Membership {
        organization_id: membership.organization_id,
        organization_slug: membership.organization_slug,
        role: membership.role.as_str().to_owned(),
    });
    wire::User {
        id: user.id,
        name: user.name,
        email: user.email,
        is_superuser: user.is_superuser,
        is_staff: user.is_staff,
        memberships: memberships.collect(),
        is_disabled: user.is_disabled,
        created_at: Some(timestamp::to_wire(user.created_at)),
    }
}
