mod post_invitation;

use patchbay_proto::installation::mail_server::Mail;
use patchbay_proto::installation::{PostInvitationRequest, PostInvitationResponse};
use patchbay_rpc::{caller, status::from_error};
use tonic::{Request, Response, Status};

use crate::registry::Registry;

#[tonic::async_trait]
impl Mail for Registry {
    async fn post_invitation(
        &self,
        request: Request<PostInvitationRequest>,
    ) -> Result<Response<PostInvitationResponse>, Status> {
        let caller = caller(&request)?;
        let done = post_invitation::post_invitation(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }
}
