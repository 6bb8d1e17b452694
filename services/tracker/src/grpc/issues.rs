mod create_issue;
mod get_issue;
mod issue;

use patchbay_proto::tracker::issues_server::Issues;
use patchbay_proto::tracker::{CreateIssueRequest, GetIssueRequest, Issue};
use tonic::{Request, Response, Status};

use super::answer;
use crate::tracker::Tracker;

#[tonic::async_trait]
impl Issues for Tracker {
    async fn create_issue(&self, request: Request<CreateIssueRequest>) -> Result<Response<Issue>, Status> {
        answer(request, |caller, asked| create_issue::create_issue(self, caller, asked)).await
    }

    async fn get_issue(&self, request: Request<GetIssueRequest>) -> Result<Response<Issue>, Status> {
        answer(request, |caller, asked| get_issue::get_issue(self, caller, asked)).await
    }
}
