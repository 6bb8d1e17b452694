use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::PostInvitationRequest;
use patchbay_proto::tracker::{Invitation, InviteMemberRequest, RemoveMemberRequest};
use patchbay_rpc::{request, request_as};

use super::MEMBER_ADDERS;
use super::role::{ORG_ROLE, ROLE};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::{RequestBody, request_body, required_text};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::member::MemberJson;
use patchbay_edge::answer::Answer;

request_body! {
    /// An invitation.
    NewMember {
        email: String = required_text("email"),
        org_role: Option<String> = ORG_ROLE,
        role: Option<String> = ROLE,
    } only, ignoring []
}

pub(super) fn operation() -> Operation {
    post("add_member", "/api/0/organizations/{organization}/members/", add_member)
        .does("Invite a person by e-mail address; they become a member when they accept")
        .by(one_of(MEMBER_ADDERS))
        .takes::<NewMember>()
        .answers::<MemberJson>(201)
}

/// The invitation is sent by mail.
async fn add_member(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<MemberJson>)> {
    let organization = params.organization()?;
    let NewMember { email, org_role, role } = NewMember::read(fields)?;
    let role = org_role.or(role).unwrap_or_else(|| "member".to_owned());
    let request = InviteMemberRequest { organization, email, role };
    let invited = context.services.directory().invite_member(request_as(&caller, request)).await.answer()?;
    if let Err(error) = send_mail(&context, &invited).await {
        withdraw(&context, &caller, &invited).await;
        return Err(error.into());
    }
    Ok((StatusCode::CREATED, Json(invited.into())))
}

/// The tracker calls no other service; `installation` sends the mail.
async fn send_mail(context: &Context, invited: &Invitation) -> Result<(), Error> {
    let organization = invited.organization.clone().unwrap_or_default();
    let message = PostInvitationRequest {
        recipient: invited.email.clone(),
        invitation_id: invited.id,
        organization_slug: organization.slug,
        organization_name: organization.name,
        role: invited.role.clone(),
        inviter_name: invited.inviter_name.clone(),
        expires_at: invited.expires_at,
    };
    context.services.mail().post_invitation(request(message)).await.answer().map(drop)
}

/// An invitation without a mail cannot be accepted, and it would block another invitation of the same person.
async fn withdraw(context: &Context, caller: &Caller, invited: &Invitation) {
    let organization = invited.organization.as_ref().map(|organization| organization.id.to_string());
    let removal = RemoveMemberRequest { organization: organization.unwrap_or_default(), user_id: invited.id };
    // In the name of the gateway: a caller who may invite need not be allowed to remove.
    if let Err(error) = context.services.directory().remove_member(request(removal)).await.answer() {
        let by = caller.user().map(|user| user.user_id);
        tracing::warn!(%error, invitation = invited.id, by, "an invitation whose mail failed could not be removed; a member with the right to remove has to do it");
    }
}
