use std::sync::Arc;

use patchbay_proto::auth_token::sessions_server::Sessions;
use patchbay_proto::auth_token::{
    CreateSignInLinkRequest, EndSessionRequest, EndSessionResponse, RedeemSignInLinkRequest, Session,
    SignInLink,
};
use patchbay_rpc::status::from_error;
use patchbay_rpc::timestamp;
use tonic::{Request, Response, Status};

use super::authorize::internal;
use super::messages;
use crate::create_sign_in_link::create_sign_in_link;
use crate::end_session::end_session;
use crate::redeem_sign_in_link::redeem_sign_in_link;
use crate::state::State;

/// Serves `Sessions`.
pub(crate) struct SessionsService {
    pub(crate) state: Arc<State>,
}

#[tonic::async_trait]
impl Sessions for SessionsService {
    async fn create_sign_in_link(
        &self,
        request: Request<CreateSignInLinkRequest>,
    ) -> Result<Response<SignInLink>, Status> {
        let user_id = internal(request)?.user_id;
        let (secret, expires_at) = create_sign_in_link(&self.state, user_id).await.map_err(from_error)?;
        let expires_at = Some(timestamp::to_wire(expires_at));
        Ok(Response::new(SignInLink { secret: secret.expose().to_owned(), expires_at }))
    }

    async fn redeem_sign_in_link(
        &self,
        request: Request<RedeemSignInLinkRequest>,
    ) -> Result<Response<Session>, Status> {
        let redeemed = redeem_sign_in_link(&self.state, &internal(request)?.secret).await;
        Ok(Response::new(messages::session(redeemed.map_err(from_error)?)))
    }

    async fn end_session(
        &self,
        request: Request<EndSessionRequest>,
    ) -> Result<Response<EndSessionResponse>, Status> {
        end_session(&self.state, &internal(request)?.secret).await.map_err(from_error)?;
        Ok(Response::new(EndSessionResponse {}))
    }
}
