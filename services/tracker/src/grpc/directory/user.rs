use patchbay_db::Db;
use patchbay_domain::Result;
use patchbay_proto::tracker as wire;

use crate::domain::user::{Member, User};
use crate::store::memberships;

/// The user together with what they are where.
pub(super) async fn with_memberships(db: &Db, user: User) -> Result<Member> {
    let memberships = memberships::of_user(db, user.id).await?;
    Ok(Member { user, memberships })
}

pub(super) fn to_wire(Member { user, memberships }: Member) -> wire::User {
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
    }
}
