use patchbay_proto::installation::publishing_server::Publishing;
use patchbay_proto::installation::{
    App, ListPublicationRequestsRequest, ListPublicationRequestsResponse, RequestPublicationRequest,
    RequestPublicationResponse, ReviewPublicationRequest,
};
use tonic::{Request, Response, Status};

use crate::registry::Registry;

#[tonic::async_trait]
impl Publishing for Registry {
    async fn request_publication(
        &self,
        _: Request<RequestPublicationRequest>,
    ) -> Result<Response<RequestPublicationResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn list_publication_requests(
        &self,
        _: Request<ListPublicationRequestsRequest>,
    ) -> Result<Response<ListPublicationRequestsResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn review_publication(
        &self,
        _: Request<ReviewPublicationRequest>,
    ) -> Result<Response<App>, Status> {
        Err(Status::unimplemented("not yet"))
    }
}
