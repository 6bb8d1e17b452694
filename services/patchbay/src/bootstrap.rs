//! The first organization and its owner.

use patchbay_domain::ErrorKind;
use patchbay_proto::auth_token::CreateSignInLinkRequest;
use patchbay_proto::tracker::get_user_request;
use patchbay_proto::tracker::{
    CreateOrganizationRequest, CreateUserRequest, GetUserRequest, ListOrganizationsRequest, SetMemberRequest,
    User,
};
use patchbay_rpc::{request, status};

use crate::clients::Clients;

/// Makes sure that there is an organization with an owner, and returns that owner.
///
/// Each step looks first, so that a start that was interrupted is completed by the next one.
///
/// # Errors
/// Those of the tracker's directory.
pub async fn first_owner(clients: &Clients, organization: &str, email: &str) -> anyhow::Result<User> {
    let mut directory = clients.directory.clone();
    let existing = directory
        .list_organizations(request(ListOrganizationsRequest::default()))
        .await?
        .into_inner()
        .organizations;
    let first = match existing.into_iter().next() {
        Some(first) => first,
        None => {
            let wanted = CreateOrganizationRequest { name: organization.to_owned(), ..Default::default() };
            directory.create_organization(request(wanted)).await?.into_inner()
        }
    };
    let by_email = GetUserRequest { user: Some(get_user_request::User::Email(email.to_owned())) };
    let user = match directory.get_user(request(by_email)).await {
        Ok(user) => user.into_inner(),
        Err(refusal) if status::to_error(&refusal).kind == ErrorKind::NotFound => {
            let wanted =
                CreateUserRequest { name: "Owner".to_owned(), email: email.to_owned(), ..Default::default() };
            directory.create_user(request(wanted)).await?.into_inner()
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let owner = SetMemberRequest { organization: first.slug, user_id: user.id, role: "owner".to_owned() };
    Ok(directory.set_member(request(owner)).await?.into_inner())
}

/// A link that signs the user in, once.
///
/// # Errors
/// Those of the session service.
pub async fn sign_in_link(clients: &Clients, base_url: &str, user_id: i64) -> anyhow::Result<String> {
    let wanted = CreateSignInLinkRequest { user_id };
    let link = clients.sessions.clone().create_sign_in_link(request(wanted)).await?.into_inner();
    Ok(format!("{base_url}/auth/link/{}/", link.secret))
}
