use patchbay_domain::Caller;
use patchbay_proto::installation::{
    ClearProjectFilterRequest, DisableAppRequest, GetInstallationRequest, GetWebhooksRequest, Installation,
    MarkInstalledRequest, ResumeWebhooksRequest, SetProjectFilterRequest, StopWebhooksRequest,
    UninstallRequest, WebhooksState,
};
use patchbay_rpc::request_as;

use crate::callers::{app_of, stranger};
use crate::service::{Service, each, reason};

fn sender() -> Caller {
    Caller::Service("webhook-sender".into())
}

async fn stop(
    service: &Service,
    caller: &Caller,
    installation: &Installation,
    why: &str,
) -> Result<WebhooksState, String> {
    let message = StopWebhooksRequest {
        uuid: installation.uuid.clone(),
        reason: why.to_owned(),
        event_id: "0197b6a4-2b6c-7000-8000-000000000002".to_owned(),
    };
    let answer = service.installations.clone().stop_webhooks(request_as(caller, message)).await;
    answer.map(|state| state.into_inner()).map_err(|refusal| reason::<()>(Err(refusal)))
}

async fn resume(
    service: &Service,
    caller: &Caller,
    installation: &Installation,
) -> Result<WebhooksState, String> {
    let message = ResumeWebhooksRequest { uuid: installation.uuid.clone() };
    let answer = service.installations.clone().resume_webhooks(request_as(caller, message)).await;
    answer.map(|state| state.into_inner()).map_err(|refusal| reason::<()>(Err(refusal)))
}

async fn state(service: &Service, installation: &Installation) -> WebhooksState {
    let message = GetWebhooksRequest { uuid: installation.uuid.clone() };
    service
        .installations
        .clone()
        .get_webhooks(request_as(&service.outsider(), message))
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn a_stop_is_stored_with_its_cause_and_mailed_to_the_owners_once() {
    each(|service| async move {
        service.owner("olga@acme.example").await;
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        let stopped =
            stop(&service, &sender(), &installation, "The endpoint answered 410 Gone.").await.unwrap();
        assert_eq!(stopped.suspended_reason, "webhooks_stopped");
        assert_eq!(stopped.cause.as_deref(), Some("The endpoint answered 410 Gone."));
        let again = stop(&service, &sender(), &installation, "Again.").await.unwrap();
        assert_eq!(again, stopped);
        assert_eq!(state(&service, &installation).await, stopped);

        let letter = service.mail.letters(1).await.remove(0);
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
            resume(&service, &service.manager(), &installation).await.unwrap().suspended_reason.is_empty()
        );
        assert!(resume(&service, &service.manager(), &installation).await.is_ok());
        service.audited(&["SENTRY_APP_WEBHOOKS_STOP", "SENTRY_APP_WEBHOOKS_RESUME"]).await;
    })
    .await;
}

#[tokio::test]
async fn watchers_see_stopped_webhooks_and_disabled_apps() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        let mut watcher = crate::watching::Watcher::start(&service).await;
        let uuid = installation.uuid.clone();
        let reason_is = |wanted: &'static str| {
            let uuid = uuid.clone();
            move |known: &std::collections::BTreeMap<String, patchbay_proto::installation::Subscription>| {
                known.get(&uuid).is_some_and(|known| known.suspended_reason == wanted)
            }
        };
        stop(&service, &sender(), &installation, "410").await.unwrap();
        watcher.until(reason_is("webhooks_stopped")).await;
        let message = DisableAppRequest { app: app.slug.clone(), ..Default::default() };
        service.apps.clone().disable_app(request_as(&sender(), message)).await.unwrap();
        watcher.until(reason_is("app_disabled")).await;
        let message = patchbay_proto::installation::EnableAppRequest { app: app.slug.clone() };
        service.apps.clone().enable_app(request_as(&sender(), message)).await.unwrap();
        watcher.until(reason_is("webhooks_stopped")).await;
        resume(&service, &app_of(&installation), &installation).await.unwrap();
        watcher.until(reason_is("")).await;
    })
    .await;
}

#[tokio::test]
async fn who_may_stop_and_resume() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        let of_acme = service.install(&service.manager(), &app, &service.acme).await.unwrap().into_inner();
        for (caller, expected) in [
            (Caller::Anonymous, "NO_CREDENTIALS"),
            (Caller::User(stranger()), "ORGANIZATION_NOT_VALID"),
            (service.outsider(), "PERMISSION_DENIED"),
            (service.manager(), "OK"),
            (app_of(&installation), "OK"),
            (app_of(&of_acme), "PERMISSION_DENIED"),
            (sender(), "OK"),
        ] {
            let stopped = stop(&service, &caller, &installation, "").await.map(drop);
            assert_eq!(stopped.err().unwrap_or("OK".into()), expected, "{caller:?}");
            let resumed = resume(&service, &caller, &installation).await.map(drop);
            assert_eq!(resumed.err().unwrap_or("OK".into()), expected, "{caller:?}");
        }
    })
    .await;
}

/// Section 2.4 lets an app read all its installations; changes are bound to the one of the token.
#[tokio::test]
async fn an_app_changes_only_the_installation_of_its_token() {
    each(|service| async move {
        let app = service.published_app().await;
        let own = service.installed(&app).await;
        let foreign = service.install(&service.manager(), &app, &service.acme).await.unwrap().into_inner();
        let itself = app_of(&own);
        let mut client = service.installations.clone();
        let uuid = || foreign.uuid.clone();
        let filter = SetProjectFilterRequest { uuid: uuid(), project_ids: vec![1], ..Default::default() };
        let refused = [
            stop(&service, &itself, &foreign, "Not yours.").await.unwrap_err(),
            resume(&service, &itself, &foreign).await.unwrap_err(),
            reason(client.set_project_filter(request_as(&itself, filter)).await),
            reason(
                client
                    .clear_project_filter(request_as(&itself, ClearProjectFilterRequest { uuid: uuid() }))
                    .await,
            ),
            reason(client.mark_installed(request_as(&itself, MarkInstalledRequest { uuid: uuid() })).await),
            reason(client.uninstall(request_as(&itself, UninstallRequest { uuid: uuid() })).await),
        ];
        assert_eq!(refused, ["PERMISSION_DENIED"; 6]);
        let found =
            client.get_installation(request_as(&itself, GetInstallationRequest { uuid: uuid() })).await;
        assert_eq!(found.unwrap().into_inner().status, foreign.status, "it is as it was");
        assert!(stop(&service, &itself, &own, "Ours.").await.is_ok());
        assert!(resume(&service, &itself, &own).await.is_ok());
    })
    .await;
}
