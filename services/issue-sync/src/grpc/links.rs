mod create_issue;
mod get_form;
mod issue;
mod link_issue;
mod list_links;
mod search;
mod ticket_message;
mod unlink;

use patchbay_proto::issue_sync::links_server::Links;
use patchbay_proto::issue_sync::{
    CreateIssueRequest, GetFormRequest, Integration, LinkIssueRequest, LinkedTicket, ListLinksRequest,
    ListLinksResponse, SearchRequest, SearchResponse, UnlinkRequest, UnlinkResponse,
};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Links for Context {
        list_links(ListLinksRequest) -> ListLinksResponse;
        get_form(GetFormRequest) -> Integration;
        search(SearchRequest) -> SearchResponse;
        create_issue(CreateIssueRequest) -> LinkedTicket;
        link_issue(LinkIssueRequest) -> LinkedTicket;
        unlink(UnlinkRequest) -> UnlinkResponse;
    }
}
