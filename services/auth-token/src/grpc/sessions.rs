mod begin_oidc_sign_in;
mod create_session;
mod create_sign_in_link;
mod end_session;
mod find_provider;
mod finish_oidc_sign_in;
mod forget_oidc_identities;
mod get_sign_in_options;
mod issue_session;
mod redeem_sign_in_link;

use patchbay_proto::auth_token::sessions_server::Sessions;
use patchbay_proto::auth_token::{
    BeginOidcSignInRequest, CreateSessionRequest, CreateSignInLinkRequest, EndSessionRequest,
    EndSessionResponse, FinishOidcSignInRequest, ForgetOidcIdentitiesRequest, ForgetOidcIdentitiesResponse,
    GetSignInOptionsRequest, OidcIdentity, OidcSignIn, RedeemSignInLinkRequest, Session, SignInLink,
    SignInOptions,
};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Sessions for Context {
        create_sign_in_link(CreateSignInLinkRequest) -> SignInLink;
        redeem_sign_in_link(RedeemSignInLinkRequest) -> Session;
        get_sign_in_options(GetSignInOptionsRequest) -> SignInOptions;
        begin_oidc_sign_in(BeginOidcSignInRequest) -> OidcSignIn;
        finish_oidc_sign_in(FinishOidcSignInRequest) -> OidcIdentity;
        create_session(CreateSessionRequest) -> Session;
        forget_oidc_identities(ForgetOidcIdentitiesRequest) -> ForgetOidcIdentitiesResponse;
        end_session(EndSessionRequest) -> EndSessionResponse;
    }
}
