mod create_app_token;
mod list_app_tokens;
mod revoke_app_token;

use patchbay_proto::installation::app_tokens_server::AppTokens;
use patchbay_proto::installation::{
    AppToken, CreateAppTokenRequest, ListAppTokensRequest, ListAppTokensResponse, RevokeAppTokenRequest,
    RevokeAppTokenResponse,
};

use crate::context::Context;

patchbay_rpc::unary! {
    impl AppTokens for Context {
        list_app_tokens(ListAppTokensRequest) -> ListAppTokensResponse;
        create_app_token(CreateAppTokenRequest) -> AppToken;
        revoke_app_token(RevokeAppTokenRequest) -> RevokeAppTokenResponse;
    }
}
