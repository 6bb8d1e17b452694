use std::time::Duration;

use patchbay_domain::{Caller, ErrorKind};
use patchbay_proto::auth_token::Inactive;
use patchbay_proto::installation::{
    App, Authorization, AuthorizeRequest, GetInstallationRequest, Installation, UninstallRequest,
    authorize_request::Grant,
};
use patchbay_rpc::{request, request_as};
use tonic::{Response, Status};

use crate::service::{Service, each, public, reason, refusal};

fn new_request(app: &App, installation: &Installation, grant: Grant) -> AuthorizeRequest {
    let credentials = app.owner_view.clone().unwrap();
    AuthorizeRequest {
        installation_uuid: installation.uuid.clone(),
        client_id: credentials.client_id,
        client_secret: credentials.client_secret.unwrap(),
        grant: Some(grant),
    }
}

fn code(installation: &Installation) -> Grant {
    Grant::Code(installation.code.clone().unwrap())
}

async fn authorize(service: &Service, message: AuthorizeRequest) -> Result<Response<Authorization>, Status> {
    // The credentials in the message are the only authentication.
    service.installations.clone().authorize(request_as(&Caller::Anonymous, message)).await
}

#[tokio::test]
async fn a_code_becomes_a_token_once_and_a_refresh_token_the_next_one() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        let first = authorize(&service, new_request(&app, &installation, code(&installation))).await;
        let first = first.unwrap().into_inner();
        assert_eq!(first.scopes, ["org:read", "event:read"]);
        let lifetime = first.expires_at.unwrap().seconds - first.created_at.unwrap().seconds;
        assert_eq!(lifetime, 8 * 3600);
        assert_eq!(service.introspect(&first.token).await.inactive(), Inactive::Unspecified);

        let again = authorize(&service, new_request(&app, &installation, code(&installation))).await;
        let error = refusal(again);
        assert_eq!(
            (error.kind, error.reason.as_ref(), error.message.as_str()),
            (ErrorKind::Unauthenticated, "GRANT_NOT_FOUND", "Could not find grant for given code")
        );
        let get = GetInstallationRequest { uuid: installation.uuid.clone() };
        let seen = service.installations.clone().get_installation(request_as(&service.outsider(), get)).await;
        assert_eq!(seen.unwrap().into_inner().code, None, "the grant is gone");

        let refresh = Grant::RefreshToken(first.refresh_token);
        let second =
            authorize(&service, new_request(&app, &installation, refresh)).await.unwrap().into_inner();
        assert_ne!(second.token, first.token);
        assert_eq!(service.introspect(&first.token).await.inactive(), Inactive::Unknown);
        assert_eq!(service.introspect(&second.token).await.inactive(), Inactive::Unspecified);
    })
    .await;
}

#[tokio::test]
async fn an_expired_code_is_refused() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        service.clock.advance(Duration::from_secs(601));
        let error = refusal(authorize(&service, new_request(&app, &installation, code(&installation))).await);
        assert_eq!(
            (error.reason.as_ref(), error.message.as_str()),
            ("GRANT_EXPIRED", "Grant has already expired")
        );
    })
    .await;
}

#[tokio::test]
async fn credentials_that_are_not_an_apps_are_refused() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        let right = new_request(&app, &installation, code(&installation));
        let unknown = "0".repeat(64);
        for wrong in [
            AuthorizeRequest { client_id: unknown.clone(), ..right.clone() },
            AuthorizeRequest { client_id: String::new(), ..right.clone() },
            AuthorizeRequest { client_secret: unknown.clone(), ..right.clone() },
            AuthorizeRequest { client_secret: String::new(), ..right.clone() },
            AuthorizeRequest { client_secret: right.client_secret[..63].to_owned(), ..right.clone() },
            // Without valid credentials the response does not reveal whether the installation exists.
            AuthorizeRequest { client_secret: unknown, installation_uuid: "nothing".into(), ..right.clone() },
        ] {
            let error = refusal(authorize(&service, wrong).await);
            assert_eq!(
                (error.kind, error.reason.as_ref(), error.message.as_str()),
                (ErrorKind::Unauthenticated, "INVALID_CLIENT", "Invalid Client ID / Secret pair")
            );
        }
        assert_eq!(reason(authorize(&service, right).await), "OK", "the code was not used up");
    })
    .await;
}

#[tokio::test]
async fn an_app_gets_tokens_of_its_own_live_installations_only() {
    each(|service| async move {
        let app = service.published_app().await;
        let other_app = service.app(public("Other App")).await;
        let installation = service.installed(&app).await;

        let error =
            refusal(authorize(&service, new_request(&other_app, &installation, code(&installation))).await);
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::Forbidden, "You do not have permission to perform this action.")
        );
        for uuid in ["nothing", "a8e5d37a-696c-4c54-adb5-b3f28d64c7de"] {
            let unknown = Installation { uuid: uuid.into(), ..installation.clone() };
            let error = refusal(authorize(&service, new_request(&app, &unknown, code(&installation))).await);
            assert_eq!(
                (error.kind, error.message.as_str()),
                (ErrorKind::NotFound, "Could not find given sentry app installation")
            );
        }
        let own = service.install(&service.manager(), &app, &service.acme).await.unwrap().into_inner();
        let answer = authorize(&service, new_request(&app, &own, code(&installation))).await;
        assert_eq!(reason(answer), "GRANT_FORBIDDEN", "the code of another installation");
        let nothing =
            AuthorizeRequest { grant: None, ..new_request(&app, &installation, code(&installation)) };
        assert_eq!(reason(authorize(&service, nothing).await), "INVALID_FIELD");

        let gone = UninstallRequest { uuid: installation.uuid.clone() };
        service.installations.clone().uninstall(request_as(&service.outsider(), gone)).await.unwrap();
        let answer = authorize(&service, new_request(&app, &installation, code(&installation))).await;
        assert_eq!(reason(answer), "INSTALLATION_NOT_FOUND");
        let unknown = Grant::RefreshToken("0".repeat(64));
        let error = refusal(authorize(&service, new_request(&app, &own, unknown)).await);
        assert_eq!(error.message, "Given refresh token does not exist");
    })
    .await;
}

#[tokio::test]
async fn services_may_ask_as_well() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        let message = new_request(&app, &installation, code(&installation));
        assert_eq!(reason(service.installations.clone().authorize(request(message)).await), "OK");
    })
    .await;
}
