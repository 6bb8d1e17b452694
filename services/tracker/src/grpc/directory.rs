mod create_organization;
mod create_user;
mod get_organization;
mod get_user;
mod list_organizations;
mod organization;
mod set_member;
mod user;

use patchbay_proto::tracker::directory_server::Directory;
use patchbay_proto::tracker::{
    CreateOrganizationRequest, CreateUserRequest, GetOrganizationRequest, GetUserRequest,
    ListOrganizationsRequest, ListOrganizationsResponse, Organization, SetMemberRequest, User,
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
        answer(request, |caller, _| list_organizations::list_organizations(self, caller)).await
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
}
