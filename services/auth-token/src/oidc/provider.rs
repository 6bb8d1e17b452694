use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, TokenResponse,
};
use patchbay_domain::{Clock, Error, Result};
use patchbay_egress::{AllowRule, Egress, EgressPolicy};

use super::http;
use crate::config::OidcConfig;
use crate::domain::oidc_identity::Claims;
use crate::domain::oidc_sign_in::OidcSignIn;

/// The provider's metadata is cached this long for new sign-ins.
const METADATA_LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// Asymmetric algorithms, with which only the provider can sign: neither `none` nor algorithms with a shared secret.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The configured OpenID Connect provider.
pub(crate) struct Provider {
    pub(crate) config: OidcConfig,
    egress: Egress,
    clock: Clock,
    known: Mutex<Option<(DateTime<Utc>, CoreProviderMetadata)>>,
}

impl Provider {
    pub(crate) fn new(config: OidcConfig, clock: Clock) -> anyhow::Result<Self> {
        // The operator configured this host, so it may be in a private network.
        let host = config.issuer.host_str().context("PATCHBAY_OIDC_ISSUER has no host")?;
        let policy = EgressPolicy {
            allow: vec![host.trim_matches(['[', ']']).parse::<AllowRule>()?],
            https_only: config.issuer.scheme() == "https",
            ..EgressPolicy::default()
        };
        Ok(Self { egress: Egress::new(policy)?, config, clock, known: Mutex::default() })
    }

    /// The URL to which the browser is redirected.
    pub(crate) async fn authorization_url(&self, sign_in: &OidcSignIn, redirect_url: &str) -> Result<String> {
        let metadata = match self.cached_metadata() {
            Some(metadata) => metadata,
            None => self.discover().await?,
        };
        let verifier = PkceCodeVerifier::new(sign_in.verifier.expose().to_owned());
        let (state, nonce) = (sign_in.state.expose().to_owned(), sign_in.nonce.expose().to_owned());
        let client = self.client(metadata, redirect_url)?;
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (url, _, _) = client
            .authorize_url(flow, move || CsrfToken::new(state), move || Nonce::new(nonce))
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    /// Exchanges the code for the provider's claims about the user.
    pub(crate) async fn claims(
        &self,
        sign_in: &OidcSignIn,
        redirect_url: &str,
        code: String,
    ) -> Result<Claims> {
        // Not from the cache, because the provider may have changed its keys.
        let client = self.client(self.discover().await?, redirect_url)?;
        let send = |request: HttpRequest| http::send(self.egress.clone(), request);
        let verifier = PkceCodeVerifier::new(sign_in.verifier.expose().to_owned());
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(refused)?
            .set_pkce_verifier(verifier)
            .request_async(&send)
            .await
            .map_err(refused)?;
        let claims = self.verified(&client, &answer, sign_in)?;
        let (issuer, subject) = (claims.issuer().to_string(), claims.subject().to_string());
        if claims.email().is_some() {
            return Ok(Claims {
                issuer,
                subject,
                email: claims.email().map(|email| email.to_string()),
                email_verified: claims.email_verified(),
                name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
            });
        }
        // Some providers return the e-mail address only from their userinfo endpoint.
        let subject_of_token = Some(claims.subject().clone());
        let request = client.user_info(answer.access_token().clone(), subject_of_token).map_err(refused)?;
        let claims: CoreUserInfoClaims = request.request_async(&send).await.map_err(refused)?;
        Ok(Claims {
            issuer,
            subject,
            email: claims.email().map(|email| email.to_string()),
            email_verified: claims.email_verified(),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
        })
    }

    /// Verifies signature, issuer, audience, expiry and nonce of the ID token, and that it belongs to the access token.
    fn verified(
        &self,
        client: &Client,
        answer: &CoreTokenResponse,
        sign_in: &OidcSignIn,
    ) -> Result<CoreIdTokenClaims> {
        let clock = self.clock.clone();
        let verifier =
            client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || clock.now());
        let id_token = answer.id_token().ok_or_else(|| refused("the response has no ID token"))?;
        let nonce = Nonce::new(sign_in.nonce.expose().to_owned());
        let claims = id_token.claims(&verifier, &nonce).map_err(refused)?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = id_token.signing_alg().map_err(refused)?;
            let key = id_token.signing_key(&verifier).map_err(refused)?;
            let actual =
                AccessTokenHash::from_token(answer.access_token(), algorithm, key).map_err(refused)?;
            if actual != *expected {
                return Err(refused("the access token does not match the ID token"));
            }
        }
        Ok(claims.clone())
    }

    fn client(&self, metadata: CoreProviderMetadata, redirect_url: &str) -> Result<Client> {
        let secret = self.config.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose().to_owned()));
        let id = ClientId::new(self.config.client_id.clone());
        let redirect = RedirectUrl::new(redirect_url.to_owned())
            .map_err(|_| Error::field("redirect_url", "Enter a valid URL."))?;
        Ok(CoreClient::from_provider_metadata(metadata, id, secret).set_redirect_uri(redirect))
    }

    fn cached_metadata(&self) -> Option<CoreProviderMetadata> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .as_ref()
            .filter(|(at, _)| self.clock.now() - *at < METADATA_LIFETIME)
            .map(|(_, metadata)| metadata.clone())
    }

    /// Fetches the provider's metadata and keys.
    async fn discover(&self) -> Result<CoreProviderMetadata> {
        // `Url` adds a slash that the provider's own issuer may not have. Both must be spelled the same.
        let issuer = self.config.issuer.as_str();
        let issuer = if self.config.issuer.path() == "/" { issuer.trim_end_matches('/') } else { issuer };
        let issuer = IssuerUrl::new(issuer.to_owned()).map_err(unavailable)?;
        let send = |request: HttpRequest| http::send(self.egress.clone(), request);
        let metadata = CoreProviderMetadata::discover_async(issuer, &send).await.map_err(unavailable)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((self.clock.now(), metadata.clone()));
        Ok(metadata)
    }
}

/// The cause is logged for the operator and not shown to the user.
fn refused(error: impl Display) -> Error {
    tracing::warn!(%error, "a sign-in at the OpenID Connect provider was refused");
    Error::unauthenticated("OIDC_REFUSED", "The identity provider's answer does not hold.")
}

fn unavailable(error: impl Display) -> Error {
    tracing::warn!(%error, "the OpenID Connect provider could not be reached; the sign-in failed");
    Error::unavailable("OIDC_UNAVAILABLE", "The identity provider cannot be reached right now.")
}
