use chrono::{DateTime, Utc};
use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;
use patchbay_rpc::timestamp;

use super::organization;
use crate::context::Context;
use crate::domain::organization::Organization;
use crate::domain::organization::directory_access;
use crate::domain::organization::invitation::Invitation;
use crate::domain::user::{User, no_such_member};
use crate::grpc::named;
use crate::store::{invitations, users};

pub(super) fn to_wire(
    invitation: Invitation,
    organization: Organization,
    now: DateTime<Utc>,
) -> wire::Invitation {
    wire::Invitation {
        id: invitation.id,
        organization: Some(organization::to_wire(organization)),
        is_expired: invitation.is_expired(now),
        email: invitation.email,
        role: invitation.role.as_str().to_owned(),
        inviter_name: invitation.inviter_name,
        created_at: Some(timestamp::to_wire(invitation.created_at)),
        expires_at: Some(timestamp::to_wire(invitation.expires_at)),
    }
}

/// An invitation that the caller may answer. To others it does not exist, and who does not belong to the organization does not
/// learn whether that exists.
pub(super) async fn to_caller(
    context: &Context,
    caller: &Caller,
    named: &str,
    id: i64,
) -> Result<(Organization, Invitation, User)> {
    let user_id = directory_access::answer_invitation(caller)?.user_id;
    let db = &context.db;
    // The stored e-mail address decides, not the one in the token.
    let user = users::find(db, user_id).await?.filter(|user| !user.is_disabled);
    if let (Some(user), Some(organization)) = (user, named::find_organization(db, named).await?)
        && let Some(invitation) = invitations::find(db, organization.id, id).await?
        && invitation.email == user.email
    {
        return Ok((organization, invitation, user));
    }
    named::organization(db, caller, named, no_such_member).await?;
    Err(no_such_member())
}
