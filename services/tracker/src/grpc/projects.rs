mod create_project;
mod get_project;
mod project;

use patchbay_proto::tracker::projects_server::Projects;
use patchbay_proto::tracker::{CreateProjectRequest, GetProjectRequest, Project};
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
}
