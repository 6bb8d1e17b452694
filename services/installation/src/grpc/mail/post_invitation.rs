use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::{PostInvitationRequest, PostInvitationResponse};
use patchbay_rpc::timestamp;

use crate::context::Context;
use crate::domain::mail::{Invitation, invitation};

pub(super) async fn post_invitation(
    context: &Context,
    caller: &Caller,
    request: PostInvitationRequest,
) -> Result<PostInvitationResponse, Error> {
    if !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    let expires_at = request.expires_at.as_ref().and_then(timestamp::from_wire);
    let message = Invitation {
        recipient: &request.recipient,
        id: request.invitation_id,
        organization_slug: &request.organization_slug,
        organization_name: &request.organization_name,
        role: &request.role,
        inviter_name: &request.inviter_name,
        expires_at: expires_at.unwrap_or_else(|| context.clock.now()),
    };
    let mut tx = context.db.begin().await?;
    context.mail.add(&mut tx, invitation(&message, context.mail.base_url())).await?;
    tx.commit().await?;
    context.mail.wake_worker();
    Ok(PostInvitationResponse {})
}
