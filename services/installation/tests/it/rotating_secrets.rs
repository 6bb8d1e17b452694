//! Sentry's contract for rotating the client secret, and our grace in which both secrets sign.

use std::time::Duration;

use patchbay_domain::{Caller, Role};
use patchbay_proto::installation::{App, RotateSecretRequest, RotateSecretResponse};
use patchbay_rpc::request_as;
use patchbay_testkit::eventually;
use tonic::{Response, Status};

use crate::callers::member;
use crate::running::{Running, SOON, each, public, reason, refusal};

async fn rotate(
    running: &Running,
    caller: &Caller,
    app: &App,
    grace_seconds: u32,
) -> Result<Response<RotateSecretResponse>, Status> {
    let asked = RotateSecretRequest { app: app.slug.clone(), grace_seconds };
    running.apps.clone().rotate_secret(request_as(caller, asked)).await
}

#[tokio::test]
async fn a_new_secret_is_effective_at_once() {
    each(|running| async move {
        let app = running.app(public("Hooks")).await;
        let old = app.owner_view.clone().unwrap().client_secret.unwrap();
        let answer = rotate(&running, &running.manager(), &app, 0).await.unwrap().into_inner();
        assert_ne!(answer.client_secret, old);
        assert_eq!(answer.client_secret.len(), 64);
        assert!(answer.webhook_secret.starts_with("whsec_"));
        assert_eq!(running.endpoint(&app).await.client_secrets, [answer.client_secret]);
        let entries = running.audit.expect(&["SENTRY_APP_ADD", "INTEGRATION_ROTATE_CLIENT_SECRET"]).await;
        assert_eq!(entries[1].target_label, "Hooks");
    })
    .await;
}

#[tokio::test]
async fn the_old_secret_signs_until_its_grace_is_over_by_the_clock() {
    each(|running| async move {
        let app = running.app(public("Hooks")).await;
        let old = app.owner_view.clone().unwrap().client_secret.unwrap();
        let new = rotate(&running, &running.manager(), &app, 3600).await.unwrap().into_inner().client_secret;
        assert_eq!(running.endpoint(&app).await.client_secrets, [new.clone(), old]);
        let newest =
            rotate(&running, &running.manager(), &app, 3600).await.unwrap().into_inner().client_secret;
        assert_eq!(running.endpoint(&app).await.client_secrets, [newest.clone(), new], "never more than two");

        running.hand.advance(Duration::from_secs(3600));
        assert_eq!(running.endpoint(&app).await.client_secrets, [newest]);
        eventually(SOON, "the old secret is forgotten", async || {
            running.hand.advance(Duration::from_secs(5));
            let kept: i64 =
                running.db.query("select count(previous_secret) from apps").fetch_scalar().await.unwrap();
            (kept == 0).then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn who_may_rotate_a_secret() {
    each(|running| async move {
        let app = running.app(public("Hooks")).await;
        for (caller, expected) in [
            (running.manager(), "OK"),
            (member(&running.acme, Role::Member), "PERMISSION_DENIED"),
            (running.outsider(), "APP_NOT_FOUND"),
            (Caller::Anonymous, "NO_CREDENTIALS"),
        ] {
            assert_eq!(reason(rotate(&running, &caller, &app, 0).await), expected, "{caller:?}");
        }
        let error = refusal(rotate(&running, &running.manager(), &app, 604_801).await);
        assert_eq!(error.fields[0].field, "gracePeriodSeconds");
    })
    .await;
}
