//! Section 3.3: an app that has lost its refresh token signs with its client secret.

use futures::future::join_all;
use jsonwebtoken::{EncodingKey, Header, encode};
use patchbay_domain::{Caller, feature};
use patchbay_proto::auth_token::Inactive;
use patchbay_proto::installation::authorize_request::Grant;
use patchbay_proto::installation::{App, Authorization, AuthorizeRequest, Installation};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::{Features, UpdateOrganizationRequest};
use patchbay_rpc::{request, request_as};
use serde_json::{Value, json};
use tonic::{Response, Status};

use crate::service::{Service, each, now, public, refusal};

fn signed(app: &App, changes: &Value) -> String {
    let credentials = app.owner_view.clone().unwrap();
    let mut claims = json!({
        "iss": credentials.client_id, "sub": credentials.client_id,
        "iat": now().timestamp(), "exp": now().timestamp() + 60, "jti": uuid::Uuid::new_v4(),
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let key = EncodingKey::from_secret(credentials.client_secret.unwrap().as_bytes());
    encode(&Header::default(), &claims, &key).unwrap()
}

async fn assert_jwt(service: &Service, uuid: &str, jwt: String) -> Result<Response<Authorization>, Status> {
    let grant = Some(Grant::Assertion(jwt));
    let message = AuthorizeRequest { installation_uuid: uuid.to_owned(), grant, ..Default::default() };
    service.installations.clone().authorize(request_as(&Caller::Anonymous, message)).await
}

async fn authorize(
    service: &Service,
    app: &App,
    installation: &Installation,
    changes: Value,
) -> Result<Authorization, (patchbay_domain::ErrorKind, String)> {
    let answer = assert_jwt(service, &installation.uuid, signed(app, &changes)).await;
    match answer {
        Ok(answer) => Ok(answer.into_inner()),
        refused => {
            let error = refusal(refused);
            Err((error.kind, error.message))
        }
    }
}

async fn exchange(service: &Service, app: &App, installation: &Installation, grant: Grant) -> Authorization {
    let credentials = app.owner_view.clone().unwrap();
    let message = AuthorizeRequest {
        installation_uuid: installation.uuid.clone(),
        client_id: credentials.client_id,
        client_secret: credentials.client_secret.unwrap(),
        grant: Some(grant),
    };
    service.installations.clone().authorize(request(message)).await.unwrap().into_inner()
}

async fn enable(service: &Service) {
    let names = feature::DEFAULT.iter().chain([&feature::MANUAL_TOKEN_REFRESH]);
    let message = UpdateOrganizationRequest {
        organization: service.other.slug.clone(),
        features: Some(Features { names: names.map(|&name| name.to_owned()).collect() }),
        ..Default::default()
    };
    DirectoryClient::new(service.peers.clone()).update_organization(request(message)).await.unwrap();
}

/// A published app, its installation in an organization that has the feature, and its first token.
async fn begun(service: &Service) -> (App, Installation, Authorization) {
    enable(service).await;
    let app = service.published_app().await;
    let installation = service.installed(&app).await;
    let code = Grant::Code(installation.code.clone().unwrap());
    let first = exchange(service, &app, &installation, code).await;
    (app, installation, first)
}

use patchbay_domain::ErrorKind::{Conflict, Forbidden, TooManyRequests, Unauthenticated};

#[tokio::test]
async fn an_assertion_replaces_the_token_that_was_lost() {
    each(|service| async move {
        let (app, installation, first) = begun(&service).await;
        let second = authorize(&service, &app, &installation, json!({})).await.unwrap();
        assert_eq!(service.introspect(&first.token).await.inactive(), Inactive::Unknown);
        assert_eq!(service.introspect(&second.token).await.inactive(), Inactive::Unspecified);
        let lifetime = second.expires_at.unwrap().seconds - second.created_at.unwrap().seconds;
        assert_eq!(lifetime, 8 * 3600);
        // The lost refresh token no longer works.
        service.clock.advance(std::time::Duration::from_secs(61));
        let lost = Grant::RefreshToken(first.refresh_token);
        let credentials = app.owner_view.clone().unwrap();
        let message = AuthorizeRequest {
            installation_uuid: installation.uuid.clone(),
            client_id: credentials.client_id,
            client_secret: credentials.client_secret.unwrap(),
            grant: Some(lost),
        };
        let error = refusal(service.installations.clone().authorize(request(message)).await);
        assert_eq!(error.message, "Given refresh token does not exist");
        assert_eq!(service.introspect(&second.token).await.inactive(), Inactive::Unspecified);
        let next = Grant::RefreshToken(second.refresh_token);
        exchange(&service, &app, &installation, next).await;
    })
    .await;
}

#[tokio::test]
async fn an_assertion_that_does_not_hold_is_refused_by_name() {
    each(|service| async move {
        let (app, installation, first) = begun(&service).await;
        let other = service.app(public("Other App")).await;
        let used = json!({ "jti": "once" });
        authorize(&service, &app, &installation, used.clone()).await.unwrap();
        let invalid = (Unauthenticated, "Could not validate JWT".to_owned());
        let cases = [
            (&app, used, (Unauthenticated, "JWT has already been used".to_owned())),
            (&app, json!({ "exp": now().timestamp() - 61 }), invalid.clone()),
            (&app, json!({ "jti": null }), invalid.clone()),
            (
                &app,
                json!({ "iss": "x" }),
                (Unauthenticated, "JWT is not valid for this application".to_owned()),
            ),
            (&other, json!({}), invalid),
        ];
        for (signer, claims, expected) in cases {
            let refused = authorize(&service, signer, &installation, claims.clone()).await;
            assert_eq!(refused.unwrap_err(), expected, "{claims}");
        }
        for uuid in ["nothing", "a8e5d37a-696c-4c54-adb5-b3f28d64c7de"] {
            let error = refusal(assert_jwt(&service, uuid, signed(&app, &json!({}))).await);
            assert_eq!((error.kind, error.message.as_str()), (Unauthenticated, "Installation not found"));
        }
        assert_eq!(service.introspect(&first.token).await.inactive(), Inactive::Unknown);
    })
    .await;
}

#[tokio::test]
async fn the_organization_allows_it_and_there_is_a_token_to_replace() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        let disabled = "Manual token refresh is not enabled for this organization".to_owned();
        let refused = authorize(&service, &app, &installation, json!({})).await;
        assert_eq!(refused.unwrap_err(), (Forbidden, disabled));
        enable(&service).await;
        let refused = authorize(&service, &app, &installation, json!({})).await;
        let none = "Installation does not have a token".to_owned();
        assert_eq!(refused.unwrap_err(), (Unauthenticated, none));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_concurrent_assertions_leave_one_token_and_every_other_caller_gets_an_error() {
    each(|service| async move {
        let (app, installation, _) = begun(&service).await;
        let outcomes = join_all((0..50).map(|_| authorize(&service, &app, &installation, json!({})))).await;
        let mut live = 0;
        for outcome in outcomes {
            match outcome {
                Ok(pair) => {
                    let found = service.introspect(&pair.token).await.inactive();
                    live += usize::from(found == Inactive::Unspecified);
                }
                Err((Conflict, message)) => assert!(
                    ["Token refresh already in progress", "Token was already refreshed"]
                        .contains(&message.as_str()),
                    "{message}"
                ),
                Err(refused) => {
                    assert_eq!(refused, (TooManyRequests, "Too many token refresh attempts".to_owned()));
                }
            }
        }
        assert_eq!(live, 1);
    })
    .await;
}
