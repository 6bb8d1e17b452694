mod create_app_token;
mod list_app_tokens;
mod revoke_app_token;

use patchbay_proto::installation::app_tokens_server::AppTokens;
use patchbay_proto::installation::{
    AppToken, CreateAppTokenRequest, ListAppTokensRequest, ListAppTokensResponse, RevokeAppTokenRequest,
    RevokeAppTokenResponse,
};
use patchbay_rpc::{caller, status::from_error};
use tonic::{Request, Response, Status};

use crate::registry::Registry;

#[tonic::async_trait]
impl AppTokens for Registry {
    async fn list_app_tokens(
        &self,
        request: Request<ListAppTokensRequest>,
    ) -> Result<Response<ListAppTokensResponse>, Status> {
        let caller = caller(&request)?;
        let found = list_app_tokens::list_app_tokens(self, &caller, request.into_inner()).await;
        found.map(Response::new).map_err(from_error)
    }

    async fn create_app_token(
        &self,
        request: Request<CreateAppTokenRequest>,
    ) -> Result<Response<AppToken>, Status> {
        let caller = caller(&request)?;
        let made = create_app_token::create_app_token(self, &caller, request.into_inner()).await;
        made.map(Response::new).map_err(from_error)
    }

    async fn revoke_app_token(
        &self,
        request: Request<RevokeAppTokenRequest>,
    ) -> Result<Response<RevokeAppTokenResponse>, Status> {
        let caller = caller(&request)?;
        let revoked = revoke_app_token::revoke_app_token(self, &caller, request.into_inner()).await;
        revoked.map(Response::new).map_err(from_error)
    }
}
