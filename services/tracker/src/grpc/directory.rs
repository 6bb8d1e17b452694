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

use crate::context::Context;

patchbay_rpc::unary! {
    impl Directory for Context {
        create_organization(CreateOrganizationRequest) -> Organization;
        get_organization(GetOrganizationRequest) -> Organization;
        list_organizations(ListOrganizationsRequest) -> ListOrganizationsResponse;
        create_user(CreateUserRequest) -> User;
        get_user(GetUserRequest) -> User;
        set_member(SetMemberRequest) -> User;
        update_organization(UpdateOrganizationRequest) -> Organization;
        list_users(ListUsersRequest) -> ListUsersResponse;
        update_user(UpdateUserRequest) -> User;
        list_members(ListMembersRequest) -> ListMembersResponse;
        get_member(GetMemberRequest) -> Member;
        add_member(AddMemberRequest) -> Member;
        invite_member(InviteMemberRequest) -> Invitation;
        get_invitation(GetInvitationRequest) -> Invitation;
        accept_invitation(AcceptInvitationRequest) -> Member;
        decline_invitation(DeclineInvitationRequest) -> DeclineInvitationResponse;
        remove_member(RemoveMemberRequest) -> RemoveMemberResponse;
    }
}
