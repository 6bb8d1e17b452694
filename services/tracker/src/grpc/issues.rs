mod activity;
mod assign;
mod create_comment;
mod create_issue;
mod delete_comment;
mod delete_issues;
mod event;
mod external_issue;
mod forget_tickets;
mod get_event;
mod get_issue;
mod issue;
mod link_external_issue;
mod list_activity;
mod list_events;
mod list_external_issues;
mod list_history;
mod list_issues;
mod record_error;
mod record_ticket;
mod selected_issues;
mod stream_errors;
mod unlink_external_issue;
mod update_comment;
mod update_issues;

use futures::stream::BoxStream;
use patchbay_proto::tracker::issues_server::Issues;
use patchbay_proto::tracker::{
    Activity, CreateCommentRequest, CreateIssueRequest, DeleteCommentRequest, DeleteCommentResponse,
    DeleteIssuesRequest, DeleteIssuesResponse, Event, ExternalIssue, ForgetTicketsRequest,
    ForgetTicketsResponse, GetEventRequest, GetIssueRequest, Issue, LinkExternalIssueRequest,
    ListActivityRequest, ListActivityResponse, ListEventsRequest, ListEventsResponse,
    ListExternalIssuesRequest, ListExternalIssuesResponse, ListHistoryRequest, ListHistoryResponse,
    ListIssuesRequest, ListIssuesResponse, RecordErrorRequest, RecordErrorResponse, RecordTicketRequest,
    RecordTicketResponse, UnlinkExternalIssueRequest, UnlinkExternalIssueResponse, UpdateCommentRequest,
    UpdateIssuesRequest, UpdateIssuesResponse,
};
use tonic::{Request, Response, Status, Streaming};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Issues for Context {
        create_issue(CreateIssueRequest) -> Issue;
        get_issue(GetIssueRequest) -> Issue;
        list_issues(ListIssuesRequest) -> ListIssuesResponse;
        update_issues(UpdateIssuesRequest) -> UpdateIssuesResponse;
        delete_issues(DeleteIssuesRequest) -> DeleteIssuesResponse;
        record_error(RecordErrorRequest) -> RecordErrorResponse;
        list_events(ListEventsRequest) -> ListEventsResponse;
        get_event(GetEventRequest) -> Event;
        create_comment(CreateCommentRequest) -> Activity;
        update_comment(UpdateCommentRequest) -> Activity;
        delete_comment(DeleteCommentRequest) -> DeleteCommentResponse;
        list_activity(ListActivityRequest) -> ListActivityResponse;
        list_history(ListHistoryRequest) -> ListHistoryResponse;
        link_external_issue(LinkExternalIssueRequest) -> ExternalIssue;
        unlink_external_issue(UnlinkExternalIssueRequest) -> UnlinkExternalIssueResponse;
        list_external_issues(ListExternalIssuesRequest) -> ListExternalIssuesResponse;
        record_ticket(RecordTicketRequest) -> RecordTicketResponse;
        forget_tickets(ForgetTicketsRequest) -> ForgetTicketsResponse;
    }
    streaming {
        async fn stream_errors(
            &self,
            request: Request<Streaming<RecordErrorRequest>>,
        ) -> Result<Response<BoxStream<'static, Result<RecordErrorResponse, Status>>>, Status> {
            let caller = patchbay_rpc::caller(&request)?;
            Ok(Response::new(stream_errors::stream_errors(self, caller, request.into_inner())))
        }
    }
}
