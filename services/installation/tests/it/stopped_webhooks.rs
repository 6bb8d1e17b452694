use patchbay_domain::Caller;
use patchbay_proto::installation::{
    DisableAppRequest, GetWebhooksRequest, Installation, ResumeWebhooksRequest, StopWebhooksRequest,
    WebhooksState,
};
use patchbay_rpc::request_as;

use crate::callers::{app_of, stranger};
use crate::running::{Running, each, reason};

fn sender() -> Caller {
    Caller::Service("webhook-sender".into())
}

async fn stop(
    running: &Running,
    caller: &Caller,
    installation: &Installation,
    why: &str,
) -> Result<WebhooksState, String> {
    let asked = StopWebhooksRequest {
        uuid: installation.uuid.clone(),
        reason: why.to_owned(),
        event_id: "0197b6a4-2b6c-7000-8000-000000000002".to_owned(),
    };
    let answer = running.installations.clone().stop_webhooks(request_as(caller, asked)).await;
    answer.map(|state| state.into_inner()).map_err(|refusal| reason::<()>(Err(refusal)))
}

async fn resume(
    running: &Running,
    caller: &Caller,
    installation: &Installation,
) -> Result<WebhooksState, String> {
    let asked = ResumeWebhooksRequest { uuid: installation.uuid.clone() };
    let answer = running.installations.clone().resume_webhooks(request_as(caller, asked)).await;
    answer.map(|state| state.into_inner()).map_err(|refusal| reason::<()>(Err(refusal)))
}

async fn state(running: &Running, installation: &Installation) -> WebhooksState {
    let asked = GetWebhooksRequest { uuid: installation.uuid.clone() };
    running
        .installations
        .clone()
        .get_webhooks(request_as(&running.outsider(), asked))
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn a_stop_is_kept_with_its_cause_and_told_to_the_owners_once() {
    each(|running| async move {
        running.owner("olga@acme.example").await;
        let app = running.published_app().await;
        let installation = running.installed(&app).await;
        let stopped =
            stop(&running, &sender(), &installation, "The endpoint answered 410 Gone.").await.unwrap();
        assert_eq!(stopped.suspended_reason, "webhooks_stopped");
        assert_eq!(stopped.cause.as_deref(), Some("The endpoint answered 410 Gone."));
        let again = stop(&running, &sender(), &installation, "Again.").await.unwrap();
        assert_eq!(again, stopped);
        assert_eq!(state(&running, &installation).await, stopped);

        let letter = running.mail.letters(1).await.remove(0);
        assert_eq!(letter.recipient, "olga@acme.example");
        let body = letter.body();
        for part in [
            "The endpoint answered 410 Gone.",
            "0197b6a4-2b6c-7000-8000-000000000002",
            "https://example.com/hook",
            &installation.uuid,
        ] {
            assert!(body.contains(part), "{part} in {body}");
        }
        assert!(
            resume(&running, &running.manager(), &installation).await.unwrap().suspended_reason.is_empty()
        );
        assert!(resume(&running, &running.manager(), &installation).await.is_ok());
        running.audited(&["SENTRY_APP_WEBHOOKS_STOP", "SENTRY_APP_WEBHOOKS_RESUME"]).await;
    })
    .await;
}

#[tokio::test]
async fn watchers_hear_of_a_stop_and_of_a_disabled_app() {
    each(|running| async move {
        let app = running.published_app().await;
        let installation = running.installed(&app).await;
        let mut watcher = crate::watching::Watcher::start(&running).await;
        let uuid = installation.uuid.clone();
        let reason_is = |wanted: &'static str| {
            let uuid = uuid.clone();
            move |known: &std::collections::BTreeMap<String, patchbay_proto::installation::Subscription>| {
                known.get(&uuid).is_some_and(|known| known.suspended_reason == wanted)
            }
        };
        stop(&running, &sender(), &installation, "410").await.unwrap();
        watcher.until(reason_is("webhooks_stopped")).await;
        let asked = DisableAppRequest { app: app.slug.clone(), ..Default::default() };
        running.apps.clone().disable_app(request_as(&sender(), asked)).await.unwrap();
        watcher.until(reason_is("app_disabled")).await;
        let asked = patchbay_proto::installation::EnableAppRequest { app: app.slug.clone() };
        running.apps.clone().enable_app(request_as(&sender(), asked)).await.unwrap();
        watcher.until(reason_is("webhooks_stopped")).await;
        resume(&running, &app_of(&installation), &installation).await.unwrap();
        watcher.until(reason_is("")).await;
    })
    .await;
}

#[tokio::test]
async fn who_may_stop_and_resume() {
    each(|running| async move {
        let app = running.published_app().await;
        let installation = running.installed(&app).await;
        let of_acme = running.install(&running.manager(), &app, &running.acme).await.unwrap().into_inner();
        for (caller, expected) in [
            (Caller::Anonymous, "NO_CREDENTIALS"),
            (Caller::User(stranger()), "ORGANIZATION_NOT_VALID"),
            (running.outsider(), "PERMISSION_DENIED"),
            (running.manager(), "OK"),
            (app_of(&installation), "OK"),
            (app_of(&of_acme), "OK"),
            (sender(), "OK"),
        ] {
            let stopped = stop(&running, &caller, &installation, "").await.map(drop);
            assert_eq!(stopped.err().unwrap_or("OK".into()), expected, "{caller:?}");
            let resumed = resume(&running, &caller, &installation).await.map(drop);
            assert_eq!(resumed.err().unwrap_or("OK".into()), expected, "{caller:?}");
        }
    })
    .await;
}
