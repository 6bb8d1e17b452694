mod post_broken_integration;
mod post_invitation;

use patchbay_proto::installation::mail_server::Mail;
use patchbay_proto::installation::{
    PostBrokenIntegrationRequest, PostBrokenIntegrationResponse, PostInvitationRequest,
    PostInvitationResponse,
};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Mail for Context {
        post_invitation(PostInvitationRequest) -> PostInvitationResponse;
        post_broken_integration(PostBrokenIntegrationRequest) -> PostBrokenIntegrationResponse;
    }
}
