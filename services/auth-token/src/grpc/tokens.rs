use std::sync::Arc;

use patchbay_domain::Error;
use patchbay_proto::auth_token::tokens_server::Tokens;
use patchbay_proto::auth_token::{
    CreateGrantRequest, ExchangeRequest, Grant, IntrospectRequest, IntrospectResponse, ListGrantsRequest,
    ListGrantsResponse, ListInstallationTokensRequest, ListTokensResponse, ListUserTokensRequest,
    MintInstallationTokenRequest, MintUserTokenRequest, RefreshByAssertionRequest, RefreshRequest,
    RevokeInstallationRequest, RevokeInstallationResponse, RevokeInstallationTokenRequest,
    RevokeTokenResponse, RevokeUserRequest, RevokeUserResponse, RevokeUserTokenRequest, TokenPair,
    UpdateAppScopesRequest, UpdateAppScopesResponse, WatchRevocationsRequest,
};
use patchbay_rpc::status::from_error;
use patchbay_rpc::timestamp::from_wire;
use patchbay_runtime::Stop;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::authorize::{internal, own};
use super::messages;
use super::watch::{self, Revocations};
use crate::create_grant::create_grant;
use crate::domain::stored_token::InstallationHolder;
use crate::exchange::exchange;
use crate::introspect::introspect;
use crate::list_grants::list_grants;
use crate::list_tokens::{list_installation_tokens, list_user_tokens};
use crate::mint_installation_token::mint_installation_token;
use crate::mint_user_token::mint_user_token;
use crate::refresh::{Attempt, refresh};
use crate::refresh_by_assertion;
use crate::revoke_installation::revoke_installation;
use crate::revoke_token::{revoke_installation_token, revoke_user_token};
use crate::revoke_user::revoke_user;
use crate::state::State;
use crate::update_app_scopes::update_app_scopes;

/// Serves `Tokens`.
pub(crate) struct TokensService {
    pub(crate) state: Arc<State>,
    pub(crate) stop: Stop,
}

#[tonic::async_trait]
impl Tokens for TokensService {
    async fn create_grant(&self, request: Request<CreateGrantRequest>) -> Result<Response<Grant>, Status> {
        let CreateGrantRequest { installation_uuid, app_id, organization_id } = internal(request)?;
        let installation = installation(&installation_uuid)?;
        let made = create_grant(&self.state, installation, app_id, organization_id).await;
        Ok(Response::new(messages::grant(made.map_err(from_error)?)))
    }

    async fn list_grants(
        &self,
        request: Request<ListGrantsRequest>,
    ) -> Result<Response<ListGrantsResponse>, Status> {
        let asked = internal(request)?.installation_uuids;
        let asked = asked.iter().map(|text| messages::uuid("installation_uuids", text));
        let asked: Vec<Uuid> = asked.collect::<Result<_, _>>()?;
        let found = list_grants(&self.state, &asked).await.map_err(from_error)?;
        Ok(Response::new(ListGrantsResponse { grants: found.into_iter().map(messages::grant).collect() }))
    }

    async fn exchange(&self, request: Request<ExchangeRequest>) -> Result<Response<TokenPair>, Status> {
        let ExchangeRequest { installation_uuid, app_id, code, scopes } = internal(request)?;
        let installation = installation(&installation_uuid)?;
        let issued = exchange(&self.state, installation, app_id, &code, &scopes).await;
        Ok(Response::new(messages::token_pair(issued.map_err(from_error)?)))
    }

    async fn refresh(&self, request: Request<RefreshRequest>) -> Result<Response<TokenPair>, Status> {
        let RefreshRequest { installation_uuid, app_id, refresh_token, scopes } = internal(request)?;
        let installation = installation(&installation_uuid)?;
        let attempt = Attempt { installation, app_id, refresh_token: &refresh_token, scopes: &scopes };
        let issued = refresh(&self.state, attempt).await.map_err(from_error)?;
        Ok(Response::new(messages::token_pair(issued)))
    }

    async fn refresh_by_assertion(
        &self,
        request: Request<RefreshByAssertionRequest>,
    ) -> Result<Response<TokenPair>, Status> {
        let request = internal(request)?;
        let assertion_ends_at = request.assertion_ends_at.as_ref().and_then(from_wire);
        let attempt = refresh_by_assertion::Attempt {
            installation: installation(&request.installation_uuid)?,
            app_id: request.app_id,
            assertion_id: &request.assertion_id,
            assertion_ends_at: assertion_ends_at
                .ok_or_else(|| from_error(Error::field("assertion_ends_at", "This field is required.")))?,
            scopes: &request.scopes,
        };
        let issued = refresh_by_assertion::refresh_by_assertion(&self.state, attempt).await;
        Ok(Response::new(messages::token_pair(issued.map_err(from_error)?)))
    }

    async fn mint_installation_token(
        &self,
        request: Request<MintInstallationTokenRequest>,
    ) -> Result<Response<TokenPair>, Status> {
        let request = internal(request)?;
        let holder = InstallationHolder {
            installation: installation(&request.installation_uuid)?,
            app_id: request.app_id,
            organization_id: request.organization_id,
        };
        let issued = mint_installation_token(&self.state, holder, &request.scopes).await;
        Ok(Response::new(messages::token_pair(issued.map_err(from_error)?)))
    }

    async fn list_installation_tokens(
        &self,
        request: Request<ListInstallationTokensRequest>,
    ) -> Result<Response<ListTokensResponse>, Status> {
        let installation = installation(&internal(request)?.installation_uuid)?;
        let found = list_installation_tokens(&self.state, installation).await.map_err(from_error)?;
        Ok(Response::new(messages::tokens(found)))
    }

    async fn revoke_installation_token(
        &self,
        request: Request<RevokeInstallationTokenRequest>,
    ) -> Result<Response<RevokeTokenResponse>, Status> {
        let RevokeInstallationTokenRequest { installation_uuid, token_id } = internal(request)?;
        let installation = installation(&installation_uuid)?;
        revoke_installation_token(&self.state, installation, token_id).await.map_err(from_error)?;
        Ok(Response::new(RevokeTokenResponse {}))
    }

    async fn update_app_scopes(
        &self,
        request: Request<UpdateAppScopesRequest>,
    ) -> Result<Response<UpdateAppScopesResponse>, Status> {
        let UpdateAppScopesRequest { app_id, scopes } = internal(request)?;
        let changed = update_app_scopes(&self.state, app_id, &scopes).await.map_err(from_error)?;
        let changed = i64::try_from(changed).unwrap_or(i64::MAX);
        Ok(Response::new(UpdateAppScopesResponse { changed }))
    }

    async fn mint_user_token(
        &self,
        request: Request<MintUserTokenRequest>,
    ) -> Result<Response<TokenPair>, Status> {
        let (by, message) = own(request, |asked| asked.user_id)?;
        let MintUserTokenRequest { user_id, scopes, name } = message;
        let issued = mint_user_token(&self.state, by.as_ref(), user_id, &name, &scopes).await;
        Ok(Response::new(messages::token_pair(issued.map_err(from_error)?)))
    }

    async fn list_user_tokens(
        &self,
        request: Request<ListUserTokensRequest>,
    ) -> Result<Response<ListTokensResponse>, Status> {
        let (_, ListUserTokensRequest { user_id }) = own(request, |asked| asked.user_id)?;
        let found = list_user_tokens(&self.state, user_id).await.map_err(from_error)?;
        Ok(Response::new(messages::tokens(found)))
    }

    async fn revoke_user_token(
        &self,
        request: Request<RevokeUserTokenRequest>,
    ) -> Result<Response<RevokeTokenResponse>, Status> {
        let (_, RevokeUserTokenRequest { user_id, token_id }) = own(request, |asked| asked.user_id)?;
        revoke_user_token(&self.state, user_id, token_id).await.map_err(from_error)?;
        Ok(Response::new(RevokeTokenResponse {}))
    }

    async fn revoke_user(
        &self,
        request: Request<RevokeUserRequest>,
    ) -> Result<Response<RevokeUserResponse>, Status> {
        let revoked = revoke_user(&self.state, internal(request)?.user_id).await.map_err(from_error)?;
        let revoked = i32::try_from(revoked).unwrap_or(i32::MAX);
        Ok(Response::new(RevokeUserResponse { revoked }))
    }

    async fn revoke_installation(
        &self,
        request: Request<RevokeInstallationRequest>,
    ) -> Result<Response<RevokeInstallationResponse>, Status> {
        let installation = installation(&internal(request)?.installation_uuid)?;
        let revoked = revoke_installation(&self.state, installation).await.map_err(from_error)?;
        let revoked = i32::try_from(revoked).unwrap_or(i32::MAX);
        Ok(Response::new(RevokeInstallationResponse { revoked }))
    }

    async fn introspect(
        &self,
        request: Request<IntrospectRequest>,
    ) -> Result<Response<IntrospectResponse>, Status> {
        let found = introspect(&self.state, &internal(request)?.token).await.map_err(from_error)?;
        Ok(Response::new(messages::introspection(found)))
    }

    async fn watch_revocations(
        &self,
        request: Request<WatchRevocationsRequest>,
    ) -> Result<Response<Revocations>, Status> {
        internal(request)?;
        Ok(Response::new(watch::revocations(&self.state.feed, &self.state.metrics, self.stop.clone())))
    }
}

fn installation(text: &str) -> Result<Uuid, Status> {
    messages::uuid("installation_uuid", text)
}
