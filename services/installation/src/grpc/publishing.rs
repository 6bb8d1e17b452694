mod list_publication_requests;
mod request_publication;
mod review_publication;

use patchbay_proto::installation::publishing_server::Publishing;
use patchbay_proto::installation::{
    App, ListPublicationRequestsRequest, ListPublicationRequestsResponse, RequestPublicationRequest,
    RequestPublicationResponse, ReviewPublicationRequest,
};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Publishing for Context {
        request_publication(RequestPublicationRequest) -> RequestPublicationResponse;
        list_publication_requests(ListPublicationRequestsRequest) -> ListPublicationRequestsResponse;
        review_publication(ReviewPublicationRequest) -> App;
    }
}
