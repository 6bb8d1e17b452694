mod accept_invitation;
mod add_member;
mod create_organization;
mod create_user;
mod decline_invitation;
mod get_invitation;
mod get_member;
mod get_organization;
mod get_user;
mod invitation;
mod invite_member;
mod list_members;
mod list_organizations;
mod list_users;
mod organization;
mod remove_member;
mod set_member;
mod update_organization;
mod update_user;
pub(super) mod user;

use patchbay_proto::tracker::directory_server::Directory;
use patchbay_proto::tracker::{
    AcceptInvitationRequest, AddMemberRequest, CreateOrganizationRequest, CreateUserRequest,
    DeclineInvitationRequest, DeclineInvitationResponse, GetInvitationRequest, GetMemberRequest,
    GetOrganizationRequest, GetUserRequest, Invitation, InviteMemberRequest, ListMembersRequest,
    ListMembersResponse, ListOrganizationsRequest, ListOrganizationsResponse, ListUsersRequest,
    ListUsersResponse, Member, Organization, RemoveMemberRequest, RemoveMemberResponse, SetMemberRequest,
    UpdateOrganizationRequest, UpdateUserRequest, User,
};
use tonic::{Request, Response, Status};

use super::answer;
use crate::tracker::Tracker;

#[tonic::async_trait]
impl Directory for Tracker {
    async fn create_organization(
        &self,
        request: Request<CreateOrganizationRequest>,
    ) -> Result<Response<Organization>, Status> {
        answer(request, |caller, asked| create_organization::create_organization(self, caller, asked)).await
    }

    async fn get_organization(
        &self,
        request: Request<GetOrganizationRequest>,
    ) -> Result<Response<Organization>, Status> {
        answer(request, |caller, asked| get_organization::get_organization(self, caller, asked)).await
    }

    async fn list_organizations(
        &self,
        request: Request<ListOrganizationsRequest>,
    ) -> Result<Response<ListOrganizationsResponse>, Status> {
        answer(request, |caller, asked| list_organizations::list_organizations(self, caller, asked)).await
    }

    async fn create_user(&self, request: Request<CreateUserRequest>) -> Result<Response<User>, Status> {
        answer(request, |caller, asked| create_user::create_user(self, caller, asked)).await
    }

    async fn get_user(&self, request: Request<GetUserRequest>) -> Result<Response<User>, Status> {
        answer(request, |caller, asked| get_user::get_user(self, caller, asked)).await
    }

    async fn set_member(&self, request: Request<SetMemberRequest>) -> Result<Response<User>, Status> {
        answer(request, |caller, asked| set_member::set_member(self, caller, asked)).await
    }

    async fn update_organization(
        &self,
        request: Request<UpdateOrganizationRequest>,
    ) -> Result<Response<Organization>, Status> {
        answer(request, |caller, asked| update_organization::update_organization(self, caller, asked)).await
    }

    async fn list_users(
        &self,
        request: Request<ListUsersRequest>,
    ) -> Result<Response<ListUsersResponse>, Status> {
        answer(request, |caller, asked| list_users::list_users(self, caller, asked)).await
    }

    async fn update_user(&self, request: Request<UpdateUserRequest>) -> Result<Response<User>, Status> {
        answer(request, |caller, asked| update_user::update_user(self, caller, asked)).await
    }

    async fn list_members(
        &self,
        request: Request<ListMembersRequest>,
    ) -> Result<Response<ListMembersResponse>, Status> {
        answer(request, |caller, asked| list_members::list_members(self, caller, asked)).await
    }

    async fn get_member(&self, request: Request<GetMemberRequest>) -> Result<Response<Member>, Status> {
        answer(request, |caller, asked| get_member::get_member(self, caller, asked)).await
    }

    async fn add_member(&self, request: Request<AddMemberRequest>) -> Result<Response<Member>, Status> {
        answer(request, |caller, asked| add_member::add_member(self, caller, asked)).await
    }

    async fn invite_member(
        &self,
        request: Request<InviteMemberRequest>,
    ) -> Result<Response<Invitation>, Status> {
        answer(request, |caller, asked| invite_member::invite_member(self, caller, asked)).await
    }

    async fn get_invitation(
        &self,
        request: Request<GetInvitationRequest>,
    ) -> Result<Response<Invitation>, Status> {
        answer(request, |caller, asked| get_invitation::get_invitation(self, caller, asked)).await
    }

    async fn accept_invitation(
        &self,
        request: Request<AcceptInvitationRequest>,
    ) -> Result<Response<Member>, Status> {
        answer(request, |caller, asked| accept_invitation::accept_invitation(self, caller, asked)).await
    }

    async fn decline_invitation(
        &self,
        request: Request<DeclineInvitationRequest>,
    ) -> Result<Response<DeclineInvitationResponse>, Status> {
        answer(request, |caller, asked| decline_invitation::decline_invitation(self, caller, asked)).await
    }

    async fn remove_member(
        &self,
        request: Request<RemoveMemberRequest>,
    ) -> Result<Response<RemoveMemberResponse>, Status> {
        answer(request, |caller, asked| remove_member::remove_member(self, caller, asked)).await
    }
}
