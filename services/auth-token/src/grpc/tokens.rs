mod commit_revoked_token;
mod create_grant;
mod exchange;
mod grant_message;
mod installation_uuid;
mod introspect;
mod list_grants;
mod list_installation_tokens;
mod list_user_tokens;
mod mint_installation_token;
mod mint_user_token;
mod random_pair;
mod refresh;
mod refresh_by_assertion;
mod revoke_installation;
mod revoke_installation_token;
mod revoke_user;
mod revoke_user_token;
mod rotate;
mod token_message;
mod token_pair_message;
mod update_app_scopes;
mod watch_revocations;

use futures::stream::BoxStream;
use patchbay_proto::auth_token::tokens_server::Tokens;
use patchbay_proto::auth_token::{
    CreateGrantRequest, ExchangeRequest, Grant, IntrospectRequest, IntrospectResponse, ListGrantsRequest,
    ListGrantsResponse, ListInstallationTokensRequest, ListTokensResponse, ListUserTokensRequest,
    MintInstallationTokenRequest, MintUserTokenRequest, RefreshByAssertionRequest, RefreshRequest,
    RevokeInstallationRequest, RevokeInstallationResponse, RevokeInstallationTokenRequest,
    RevokeTokenResponse, RevokeUserRequest, RevokeUserResponse, RevokeUserTokenRequest, TokenPair,
    UpdateAppScopesRequest, UpdateAppScopesResponse, WatchRevocationsRequest, WatchRevocationsResponse,
};
use patchbay_rpc::status::from_error;
use tonic::{Request, Response, Status};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Tokens for Context {
        create_grant(CreateGrantRequest) -> Grant;
        list_grants(ListGrantsRequest) -> ListGrantsResponse;
        exchange(ExchangeRequest) -> TokenPair;
        refresh(RefreshRequest) -> TokenPair;
        refresh_by_assertion(RefreshByAssertionRequest) -> TokenPair;
        mint_installation_token(MintInstallationTokenRequest) -> TokenPair;
        list_installation_tokens(ListInstallationTokensRequest) -> ListTokensResponse;
        revoke_installation_token(RevokeInstallationTokenRequest) -> RevokeTokenResponse;
        revoke_installation(RevokeInstallationRequest) -> RevokeInstallationResponse;
        update_app_scopes(UpdateAppScopesRequest) -> UpdateAppScopesResponse;
        mint_user_token(MintUserTokenRequest) -> TokenPair;
        list_user_tokens(ListUserTokensRequest) -> ListTokensResponse;
        revoke_user_token(RevokeUserTokenRequest) -> RevokeTokenResponse;
        revoke_user(RevokeUserRequest) -> RevokeUserResponse;
        introspect(IntrospectRequest) -> IntrospectResponse;
    }
    streaming {
        async fn watch_revocations(
            &self,
            request: Request<WatchRevocationsRequest>,
        ) -> Result<Response<BoxStream<'static, Result<WatchRevocationsResponse, Status>>>, Status> {
            let caller = patchbay_rpc::caller(&request)?;
            watch_revocations::watch_revocations(self, &caller).map(Response::new).map_err(from_error)
        }
    }
}
