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

/// Creates the first organization and its owner unless they exist, and returns the owner.
///
/// Each step checks first whether it is necessary, so the next start completes one that was interrupted.
///
/// # Errors
/// Errors of the tracker's `Directory`.
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
            let first = CreateOrganizationRequest { name: organization.to_owned(), ..Default::default() };
            directory.create_organization(request(first)).await?.into_inner()
        }
    };
    let by_email = GetUserRequest { user: Some(get_user_request::User::Email(email.to_owned())) };
    let user = match directory.get_user(request(by_email)).await {
        Ok(user) => user.into_inner(),
        Err(refusal) if status::to_error(&refusal).kind == ErrorKind::NotFound => {
            let owner =
                CreateUserRequest { name: "Owner".to_owned(), email: email.to_owned(), ..Default::default() };
            directory.create_user(request(owner)).await?.into_inner()
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let owner = SetMemberRequest { organization: first.slug, user_id: user.id, role: "owner".to_owned() };
    Ok(directory.set_member(request(owner)).await?.into_inner())
}

/// A link that signs the user in once.
///
/// # Errors
/// Errors of `Sessions`.
pub async fn sign_in_link(clients: &Clients, base_url: &str, user_id: i64) -> anyhow::Result<String> {
    let user = CreateSignInLinkRequest { user_id };
    let link = clients.sessions.clone().create_sign_in_link(request(user)).await?.into_inner();
    Ok(format!("{base_url}/auth/link/{}/", link.secret))
}
