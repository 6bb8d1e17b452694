use std::sync::Arc;

use patchbay_domain::SecretString;
use patchbay_proto::auth_token::sessions_server::Sessions;
use patchbay_proto::auth_token::{
    BeginOidcSignInRequest, CreateSessionRequest, CreateSignInLinkRequest, EndSessionRequest,
    EndSessionResponse, FinishOidcSignInRequest, ForgetOidcIdentitiesRequest, ForgetOidcIdentitiesResponse,
    GetSignInOptionsRequest, OidcAccount, OidcIdentity, OidcSignIn, RedeemSignInLinkRequest, Session,
    SignInLink, SignInOptions,
};
use patchbay_rpc::status::from_error;
use patchbay_rpc::timestamp;
use tonic::{Request, Response, Status};

use super::authorize::internal;
use super::messages;
use crate::begin_oidc_sign_in::begin_oidc_sign_in;
use crate::create_session::create_session;
use crate::create_sign_in_link::create_sign_in_link;
use crate::domain::oidc_identity::Account;
use crate::end_session::end_session;
use crate::finish_oidc_sign_in::{Answer, finish_oidc_sign_in};
use crate::forget_oidc_identities::forget_oidc_identities;
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

    async fn get_sign_in_options(
        &self,
        request: Request<GetSignInOptionsRequest>,
    ) -> Result<Response<SignInOptions>, Status> {
        internal(request)?;
        let oidc_label = self.state.config.oidc.as_ref().map(|oidc| oidc.label.clone());
        Ok(Response::new(SignInOptions { oidc_label }))
    }

    async fn begin_oidc_sign_in(
        &self,
        request: Request<BeginOidcSignInRequest>,
    ) -> Result<Response<OidcSignIn>, Status> {
        let redirect_url = internal(request)?.redirect_url;
        let begun = begin_oidc_sign_in(&self.state, &redirect_url).await;
        let (sign_in, authorization_url) = begun.map_err(from_error)?;
        Ok(Response::new(OidcSignIn {
            authorization_url,
            browser_secret: sign_in.browser.expose().to_owned(),
            expires_at: Some(timestamp::to_wire(sign_in.expires_at)),
        }))
    }

    async fn finish_oidc_sign_in(
        &self,
        request: Request<FinishOidcSignInRequest>,
    ) -> Result<Response<OidcIdentity>, Status> {
        let FinishOidcSignInRequest { redirect_url, state, code, browser_secret } = internal(request)?;
        let browser_secret = SecretString::new(browser_secret);
        let answer = Answer { redirect_url, state, code, browser_secret };
        let signed_in = finish_oidc_sign_in(&self.state, answer).await.map_err(from_error)?;
        let Account { issuer, subject } = signed_in.identity.account;
        Ok(Response::new(OidcIdentity {
            email: signed_in.identity.email.into(),
            name: signed_in.identity.name,
            may_register: signed_in.may_register,
            account: Some(OidcAccount { issuer, subject }),
            user_id: signed_in.user_id,
        }))
    }

    async fn create_session(
        &self,
        request: Request<CreateSessionRequest>,
    ) -> Result<Response<Session>, Status> {
        let CreateSessionRequest { user_id, oidc_account } = internal(request)?;
        let account = oidc_account.map(|account| Account::read(account.issuer, account.subject));
        let account = account.transpose().map_err(from_error)?;
        let made = create_session(&self.state, user_id, account).await;
        Ok(Response::new(messages::session(made.map_err(from_error)?)))
    }

    async fn forget_oidc_identities(
        &self,
        request: Request<ForgetOidcIdentitiesRequest>,
    ) -> Result<Response<ForgetOidcIdentitiesResponse>, Status> {
        let forgotten = forget_oidc_identities(&self.state, internal(request)?.user_id).await;
        let forgotten = i32::try_from(forgotten.map_err(from_error)?).unwrap_or(i32::MAX);
        Ok(Response::new(ForgetOidcIdentitiesResponse { forgotten }))
    }

    async fn end_session(
        &self,
        request: Request<EndSessionRequest>,
    ) -> Result<Response<EndSessionResponse>, Status> {
        end_session(&self.state, &internal(request)?.secret).await.map_err(from_error)?;
        Ok(Response::new(EndSessionResponse {}))
    }
}
