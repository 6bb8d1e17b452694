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
use tonic::{Request, Response, Status};

use super::answer;
use crate::tracker::Tracker;

#[tonic::async_trait]
impl Projects for Tracker {
    async fn create_project(
        &self,
        request: Request<CreateProjectRequest>,
    ) -> Result<Response<Project>, Status> {
        answer(request, |caller, asked| create_project::create_project(self, caller, asked)).await
    }

    async fn get_project(&self, request: Request<GetProjectRequest>) -> Result<Response<Project>, Status> {
        answer(request, |caller, asked| get_project::get_project(self, caller, asked)).await
    }

    async fn list_projects(
        &self,
        request: Request<ListProjectsRequest>,
    ) -> Result<Response<ListProjectsResponse>, Status> {
        answer(request, |caller, asked| list_projects::list_projects(self, caller, asked)).await
    }

    async fn update_project(
        &self,
        request: Request<UpdateProjectRequest>,
    ) -> Result<Response<Project>, Status> {
        answer(request, |caller, asked| update_project::update_project(self, caller, asked)).await
    }

    async fn delete_project(
        &self,
        request: Request<DeleteProjectRequest>,
    ) -> Result<Response<DeleteProjectResponse>, Status> {
        answer(request, |caller, asked| delete_project::delete_project(self, caller, asked)).await
    }

    async fn set_notification_setting(
        &self,
        request: Request<NotificationSetting>,
    ) -> Result<Response<NotificationSetting>, Status> {
        answer(request, |caller, asked| {
            set_notification_setting::set_notification_setting(self, caller, asked)
        })
        .await
    }

    async fn create_team(&self, request: Request<CreateTeamRequest>) -> Result<Response<Team>, Status> {
        answer(request, |caller, asked| create_team::create_team(self, caller, asked)).await
    }

    async fn get_team(&self, request: Request<GetTeamRequest>) -> Result<Response<Team>, Status> {
        answer(request, |caller, asked| get_team::get_team(self, caller, asked)).await
    }

    async fn list_teams(
        &self,
        request: Request<ListTeamsRequest>,
    ) -> Result<Response<ListTeamsResponse>, Status> {
        answer(request, |caller, asked| list_teams::list_teams(self, caller, asked)).await
    }

    async fn delete_team(
        &self,
        request: Request<DeleteTeamRequest>,
    ) -> Result<Response<DeleteTeamResponse>, Status> {
        answer(request, |caller, asked| delete_team::delete_team(self, caller, asked)).await
    }

    async fn set_team_member(
        &self,
        request: Request<SetTeamMemberRequest>,
    ) -> Result<Response<Team>, Status> {
        answer(request, |caller, asked| set_team_member::set_team_member(self, caller, asked)).await
    }

    async fn set_project_team(
        &self,
        request: Request<SetProjectTeamRequest>,
    ) -> Result<Response<Project>, Status> {
        answer(request, |caller, asked| set_project_team::set_project_team(self, caller, asked)).await
    }
}
