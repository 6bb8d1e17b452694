use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::{PostInvitationRequest, PostInvitationResponse};
use patchbay_rpc::timestamp;

use crate::domain::mail::{Invitation, invitation};
use crate::registry::Registry;

#[tracing::instrument(name = "installation.post_invitation", skip_all)]
pub(super) async fn post_invitation(
    registry: &Registry,
    caller: &Caller,
    request: PostInvitationRequest,
) -> Result<PostInvitationResponse, Error> {
    if !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    let expires_at = request.expires_at.as_ref().and_then(timestamp::from_wire);
    let told = Invitation {
        recipient: &request.recipient,
        id: request.invitation_id,
        organization_slug: &request.organization_slug,
        organization_name: &request.organization_name,
        role: &request.role,
        inviter_name: &request.inviter_name,
        expires_at: expires_at.unwrap_or_else(|| registry.clock.now()),
    };
    let mut tx = registry.db.begin().await?;
    registry.post.post(&mut tx, invitation(&told, registry.post.base_url())).await?;
    tx.commit().await?;
    registry.post.hurry();
    Ok(PostInvitationResponse {})
}
