//! Sentry's contract for rotating the client secret, and our grace in which both secrets sign.

use std::time::Duration;

use patchbay_domain::{Caller, Role};
use patchbay_proto::installation::{App, RotateSecretRequest, RotateSecretResponse};
use patchbay_rpc::request_as;
use patchbay_testkit::eventually;
use tonic::{Response, Status};

use crate::callers::member;
use crate::service::{SOON, Service, each, public, reason, refusal};

async fn rotate(
    service: &Service,
    caller: &Caller,
    app: &App,
    grace_seconds: u32,
) -> Result<Response<RotateSecretResponse>, Status> {
    let message = RotateSecretRequest { app: app.slug.clone(), grace_seconds };
    service.apps.clone().rotate_secret(request_as(caller, message)).await
}

#[tokio::test]
async fn a_new_secret_is_effective_at_once() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        let old = app.owner_view.clone().unwrap().client_secret.unwrap();
        let answer = rotate(&service, &service.manager(), &app, 0).await.unwrap().into_inner();
        assert_ne!(answer.client_secret, old);
        assert_eq!(answer.client_secret.len(), 64);
        assert!(answer.webhook_secret.starts_with("whsec_"));
        assert_eq!(service.endpoint(&app).await.client_secrets, [answer.client_secret]);
        let entries = service.audit.expect(&["SENTRY_APP_ADD", "INTEGRATION_ROTATE_CLIENT_SECRET"]).await;
        assert_eq!(entries[1].target_label, "Hooks");
    })
    .await;
}

#[tokio::test]
async fn the_old_secret_signs_until_its_grace_period_ends() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        let old = app.owner_view.clone().unwrap().client_secret.unwrap();
        let new = rotate(&service, &service.manager(), &app, 3600).await.unwrap().into_inner().client_secret;
        assert_eq!(service.endpoint(&app).await.client_secrets, [new.clone(), old]);
        let newest =
            rotate(&service, &service.manager(), &app, 3600).await.unwrap().into_inner().client_secret;
        assert_eq!(service.endpoint(&app).await.client_secrets, [newest.clone(), new], "never more than two");

        service.clock.advance(Duration::from_secs(3600));
        assert_eq!(service.endpoint(&app).await.client_secrets, [newest]);
        eventually(SOON, "the old secret is forgotten", async || {
            service.clock.advance(Duration::from_secs(5));
            let kept: i64 =
                service.db.query("select count(previous_secret) from apps").fetch_scalar().await.unwrap();
            (kept == 0).then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn who_may_rotate_a_secret() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        for (caller, expected) in [
            (service.manager(), "OK"),
            (member(&service.acme, Role::Member), "PERMISSION_DENIED"),
            (service.outsider(), "APP_NOT_FOUND"),
            (Caller::Anonymous, "NO_CREDENTIALS"),
        ] {
            assert_eq!(reason(rotate(&service, &caller, &app, 0).await), expected, "{caller:?}");
        }
        let error = refusal(rotate(&service, &service.manager(), &app, 604_801).await);
        assert_eq!(error.fields[0].field, "gracePeriodSeconds");
    })
    .await;
}
