use std::collections::HashMap;

use patchbay_domain::Error;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::auth_token::{
    CreateGrantRequest, ExchangeRequest, ListGrantsRequest, ListInstallationTokensRequest,
    MintInstallationTokenRequest, RefreshByAssertionRequest, RefreshRequest, RevokeInstallationRequest,
    RevokeInstallationTokenRequest, Token, TokenPair, UpdateAppScopesRequest,
};
use patchbay_rpc::{Channel, request, status, timestamp};
use uuid::Uuid;

use crate::domain::app::App;
use crate::domain::installation::Installation;
use crate::domain::installation::assertion::Assertion;

/// Grants and tokens of installations.
#[derive(Clone, Debug)]
pub(crate) struct Tokens(TokensClient<Channel>);

impl Tokens {
    pub(crate) fn new(channel: Channel) -> Self {
        Self(TokensClient::new(channel))
    }

    /// The code of the installation's grant; makes the grant if there is none yet.
    pub(crate) async fn create_grant(&self, installation: &Installation) -> Result<String, Error> {
        let message = CreateGrantRequest {
            installation_uuid: installation.uuid.to_string(),
            app_id: installation.app.id,
            organization_id: installation.organization.id,
        };
        let answer = self.0.clone().create_grant(request(message)).await;
        answer.map(|grant| grant.into_inner().code).map_err(|refusal| status::to_error(&refusal))
    }

    /// The grant codes that can still be exchanged, by installation uuid; for at most 100 installations.
    pub(crate) async fn codes(
        &self,
        installations: &[&Installation],
    ) -> Result<HashMap<String, String>, Error> {
        if installations.is_empty() {
            return Ok(HashMap::new());
        }
        let installation_uuids =
            installations.iter().map(|installation| installation.uuid.to_string()).collect();
        let answer = self.0.clone().list_grants(request(ListGrantsRequest { installation_uuids })).await;
        let grants = answer.map_err(|refusal| status::to_error(&refusal))?.into_inner().grants;
        Ok(grants.into_iter().map(|grant| (grant.installation_uuid, grant.code)).collect())
    }

    pub(crate) async fn exchange(
        &self,
        installation: Uuid,
        app: &App,
        code: String,
    ) -> Result<TokenPair, Error> {
        let message = ExchangeRequest {
            installation_uuid: installation.to_string(),
            app_id: app.id,
            code,
            scopes: app.scope_names(),
        };
        let answer = self.0.clone().exchange(request(message)).await;
        answer.map(|pair| pair.into_inner()).map_err(|refusal| status::to_error(&refusal))
    }

    pub(crate) async fn refresh(
        &self,
        installation: Uuid,
        app: &App,
        refresh_token: String,
    ) -> Result<TokenPair, Error> {
        let message = RefreshRequest {
            installation_uuid: installation.to_string(),
            app_id: app.id,
            refresh_token,
            scopes: app.scope_names(),
        };
        let answer = self.0.clone().refresh(request(message)).await;
        answer.map(|pair| pair.into_inner()).map_err(|refusal| status::to_error(&refusal))
    }

    pub(crate) async fn mint(&self, installation: &Installation, app: &App) -> Result<TokenPair, Error> {
        let message = MintInstallationTokenRequest {
            installation_uuid: installation.uuid.to_string(),
            app_id: app.id,
            organization_id: installation.organization.id,
            scopes: app.scope_names(),
        };
        let answer = self.0.clone().mint_installation_token(request(message)).await;
        answer.map(|pair| pair.into_inner()).map_err(|refusal| status::to_error(&refusal))
    }

    /// Replaces the token of the installation by an assertion of its app.
    pub(crate) async fn refresh_by_assertion(
        &self,
        installation: Uuid,
        app: &App,
        assertion: Assertion,
    ) -> Result<TokenPair, Error> {
        let message = RefreshByAssertionRequest {
            installation_uuid: installation.to_string(),
            app_id: app.id,
            assertion_id: assertion.id,
            assertion_ends_at: Some(timestamp::to_wire(assertion.ends_at)),
            scopes: app.scope_names(),
        };
        let answer = self.0.clone().refresh_by_assertion(request(message)).await;
        answer.map(|pair| pair.into_inner()).map_err(|refusal| status::to_error(&refusal))
    }

    /// The tokens of the installation, oldest first.
    pub(crate) async fn list(&self, installation: Uuid) -> Result<Vec<Token>, Error> {
        let message = ListInstallationTokensRequest { installation_uuid: installation.to_string() };
        let answer = self.0.clone().list_installation_tokens(request(message)).await;
        answer.map(|found| found.into_inner().tokens).map_err(|refusal| status::to_error(&refusal))
    }

    /// Revokes one token of the installation.
    pub(crate) async fn revoke_one(&self, installation: Uuid, token_id: i64) -> Result<(), Error> {
        let message =
            RevokeInstallationTokenRequest { installation_uuid: installation.to_string(), token_id };
        let answer = self.0.clone().revoke_installation_token(request(message)).await;
        answer.map(drop).map_err(|refusal| status::to_error(&refusal))
    }

    /// Revokes the grant and every token; effective when it returns.
    pub(crate) async fn revoke(&self, installation: Uuid) -> Result<(), Error> {
        let message = RevokeInstallationRequest { installation_uuid: installation.to_string() };
        let answer = self.0.clone().revoke_installation(request(message)).await;
        answer.map(drop).map_err(|refusal| status::to_error(&refusal))
    }

    /// Replaces the scopes of every unexpired token of the app.
    pub(crate) async fn update_scopes(&self, app: &App) -> Result<(), Error> {
        let message = UpdateAppScopesRequest { app_id: app.id, scopes: app.scope_names() };
        let answer = self.0.clone().update_app_scopes(request(message)).await;
        answer.map(drop).map_err(|refusal| status::to_error(&refusal))
    }
}
