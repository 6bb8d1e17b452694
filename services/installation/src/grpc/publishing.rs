mod list_publication_requests;
mod request_publication;
mod review_publication;

use patchbay_proto::installation::publishing_server::Publishing;
use patchbay_proto::installation::{
    App, ListPublicationRequestsRequest, ListPublicationRequestsResponse, RequestPublicationRequest,
    RequestPublicationResponse, ReviewPublicationRequest,
};
use patchbay_rpc::{caller, status::from_error};
use tonic::{Request, Response, Status};

pub(super) use review_publication::settle;

use crate::registry::Registry;

#[tonic::async_trait]
impl Publishing for Registry {
    async fn request_publication(
        &self,
        request: Request<RequestPublicationRequest>,
    ) -> Result<Response<RequestPublicationResponse>, Status> {
        let caller = caller(&request)?;
        let done = request_publication::request_publication(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn list_publication_requests(
        &self,
        request: Request<ListPublicationRequestsRequest>,
    ) -> Result<Response<ListPublicationRequestsResponse>, Status> {
        let caller = caller(&request)?;
        let found =
            list_publication_requests::list_publication_requests(self, &caller, request.into_inner()).await;
        found.map(Response::new).map_err(from_error)
    }

    async fn review_publication(
        &self,
        request: Request<ReviewPublicationRequest>,
    ) -> Result<Response<App>, Status> {
        let caller = caller(&request)?;
        let done = review_publication::review_publication(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }
}
