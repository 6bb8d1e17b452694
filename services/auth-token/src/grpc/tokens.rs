use std::sync::Arc;

use patchbay_proto::auth_token::tokens_server::Tokens;
use patchbay_proto::auth_token::{
    CreateGrantRequest, ExchangeRequest, Grant, IntrospectRequest, IntrospectResponse, ListGrantsRequest,
    ListGrantsResponse, MintInstallationTokenRequest, MintUserTokenRequest, RefreshRequest,
    RevokeInstallationRequest, RevokeInstallationResponse, TokenPair, WatchRevocationsRequest,
};
use patchbay_rpc::status::from_error;
use patchbay_runtime::Stop;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::authorize::internal;
use super::messages;
use super::watch::{self, Revocations};
use crate::create_grant::create_grant;
use crate::domain::stored_token::InstallationHolder;
use crate::exchange::exchange;
use crate::introspect::introspect;
use crate::list_grants::list_grants;
use crate::mint_installation_token::mint_installation_token;
use crate::mint_user_token::mint_user_token;
use crate::refresh::{Attempt, refresh};
use crate::revoke_installation::revoke_installation;
use crate::state::State;

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

    async fn mint_user_token(
        &self,
        request: Request<MintUserTokenRequest>,
    ) -> Result<Response<TokenPair>, Status> {
        let MintUserTokenRequest { user_id, scopes, name } = internal(request)?;
        let issued = mint_user_token(&self.state, user_id, &name, &scopes).await.map_err(from_error)?;
        Ok(Response::new(messages::token_pair(issued)))
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

    type WatchRevocationsStream = Revocations;

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
