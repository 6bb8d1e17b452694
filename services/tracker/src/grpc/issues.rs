mod activity;
mod assign;
mod change_comment;
mod chosen;
mod create_comment;
mod create_issue;
mod delete_issues;
mod event;
mod external_issues;
mod get_event;
mod get_issue;
mod issue;
mod list_activity;
mod list_events;
mod list_history;
mod list_issues;
mod record_error;
mod update_issues;

use std::pin::Pin;

use futures::Stream;
use patchbay_proto::tracker::issues_server::Issues;
use patchbay_proto::tracker::{
    Activity, CreateCommentRequest, CreateIssueRequest, DeleteCommentRequest, DeleteCommentResponse,
    DeleteIssuesRequest, DeleteIssuesResponse, Event, ExternalIssue, GetEventRequest, GetIssueRequest, Issue,
    LinkExternalIssueRequest, ListActivityRequest, ListActivityResponse, ListEventsRequest,
    ListEventsResponse, ListExternalIssuesRequest, ListExternalIssuesResponse, ListHistoryRequest,
    ListHistoryResponse, ListIssuesRequest, ListIssuesResponse, RecordErrorRequest, RecordErrorResponse,
    UnlinkExternalIssueRequest, UnlinkExternalIssueResponse, UpdateCommentRequest, UpdateIssuesRequest,
    UpdateIssuesResponse,
};
use tonic::{Request, Response, Status, Streaming};

use super::answer;
use crate::tracker::Tracker;

type Recorded = Pin<Box<dyn Stream<Item = Result<RecordErrorResponse, Status>> + Send>>;

#[tonic::async_trait]
impl Issues for Tracker {
    async fn create_issue(&self, request: Request<CreateIssueRequest>) -> Result<Response<Issue>, Status> {
        answer(request, |caller, asked| create_issue::create_issue(self, caller, asked)).await
    }

    async fn get_issue(&self, request: Request<GetIssueRequest>) -> Result<Response<Issue>, Status> {
        answer(request, |caller, asked| get_issue::get_issue(self, caller, asked)).await
    }

    async fn list_issues(
        &self,
        request: Request<ListIssuesRequest>,
    ) -> Result<Response<ListIssuesResponse>, Status> {
        answer(request, |caller, asked| list_issues::list_issues(self, caller, asked)).await
    }

    async fn update_issues(
        &self,
        request: Request<UpdateIssuesRequest>,
    ) -> Result<Response<UpdateIssuesResponse>, Status> {
        answer(request, |caller, asked| update_issues::update_issues(self, caller, asked)).await
    }

    async fn delete_issues(
        &self,
        request: Request<DeleteIssuesRequest>,
    ) -> Result<Response<DeleteIssuesResponse>, Status> {
        answer(request, |caller, asked| delete_issues::delete_issues(self, caller, asked)).await
    }

    async fn record_error(
        &self,
        request: Request<RecordErrorRequest>,
    ) -> Result<Response<RecordErrorResponse>, Status> {
        answer(request, |caller, asked| record_error::record_error(self, caller, asked)).await
    }

    async fn stream_errors(
        &self,
        request: Request<Streaming<RecordErrorRequest>>,
    ) -> Result<Response<Recorded>, Status> {
        let caller = patchbay_rpc::caller(&request)?;
        let recorded = record_error::stream_errors(self.clone(), caller, request.into_inner());
        Ok(Response::new(Box::pin(recorded)))
    }

    async fn list_events(
        &self,
        request: Request<ListEventsRequest>,
    ) -> Result<Response<ListEventsResponse>, Status> {
        answer(request, |caller, asked| list_events::list_events(self, caller, asked)).await
    }

    async fn get_event(&self, request: Request<GetEventRequest>) -> Result<Response<Event>, Status> {
        answer(request, |caller, asked| get_event::get_event(self, caller, asked)).await
    }

    async fn create_comment(
        &self,
        request: Request<CreateCommentRequest>,
    ) -> Result<Response<Activity>, Status> {
        answer(request, |caller, asked| create_comment::create_comment(self, caller, asked)).await
    }

    async fn update_comment(
        &self,
        request: Request<UpdateCommentRequest>,
    ) -> Result<Response<Activity>, Status> {
        answer(request, |caller, asked| change_comment::update_comment(self, caller, asked)).await
    }

    async fn delete_comment(
        &self,
        request: Request<DeleteCommentRequest>,
    ) -> Result<Response<DeleteCommentResponse>, Status> {
        answer(request, |caller, asked| change_comment::delete_comment(self, caller, asked)).await
    }

    async fn list_activity(
        &self,
        request: Request<ListActivityRequest>,
    ) -> Result<Response<ListActivityResponse>, Status> {
        answer(request, |caller, asked| list_activity::list_activity(self, caller, asked)).await
    }

    async fn list_history(
        &self,
        request: Request<ListHistoryRequest>,
    ) -> Result<Response<ListHistoryResponse>, Status> {
        answer(request, |caller, asked| list_history::list_history(self, caller, asked)).await
    }

    async fn link_external_issue(
        &self,
        request: Request<LinkExternalIssueRequest>,
    ) -> Result<Response<ExternalIssue>, Status> {
        answer(request, |caller, asked| external_issues::link(self, caller, asked)).await
    }

    async fn unlink_external_issue(
        &self,
        request: Request<UnlinkExternalIssueRequest>,
    ) -> Result<Response<UnlinkExternalIssueResponse>, Status> {
        answer(request, |caller, asked| external_issues::unlink(self, caller, asked)).await
    }

    async fn list_external_issues(
        &self,
        request: Request<ListExternalIssuesRequest>,
    ) -> Result<Response<ListExternalIssuesResponse>, Status> {
        answer(request, |caller, asked| external_issues::list(self, caller, asked)).await
    }
}
