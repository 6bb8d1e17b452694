mod create_project;
mod create_team;
mod delete_project;
mod delete_team;
mod get_project;
mod get_team;
mod list_projects;
mod list_teams;
pub(in crate::grpc) mod project;
mod set_notification_setting;
mod set_project_team;
mod set_team_member;
mod team;
mod update_project;

use patchbay_proto::tracker::projects_server::Projects;
use patchbay_proto::tracker::{
    CreateProjectRequest, CreateTeamRequest, DeleteProjectRequest, DeleteProjectResponse, DeleteTeamRequest,
    DeleteTeamResponse, GetProjectRequest, GetTeamRequest, ListProjectsRequest, ListProjectsResponse,
    ListTeamsRequest, ListTeamsResponse, NotificationSetting, Project, SetProjectTeamRequest,
    SetTeamMemberRequest, Team, UpdateProjectRequest,
};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Projects for Context {
        create_project(CreateProjectRequest) -> Project;
        get_project(GetProjectRequest) -> Project;
        list_projects(ListProjectsRequest) -> ListProjectsResponse;
        update_project(UpdateProjectRequest) -> Project;
        delete_project(DeleteProjectRequest) -> DeleteProjectResponse;
        set_notification_setting(NotificationSetting) -> NotificationSetting;
        create_team(CreateTeamRequest) -> Team;
        get_team(GetTeamRequest) -> Team;
        list_teams(ListTeamsRequest) -> ListTeamsResponse;
        delete_team(DeleteTeamRequest) -> DeleteTeamResponse;
        set_team_member(SetTeamMemberRequest) -> Team;
        set_project_team(SetProjectTeamRequest) -> Project;
    }
}
