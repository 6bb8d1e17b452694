use std::time::Duration;

use patchbay_domain::{Caller, Role};
use patchbay_proto::installation::{
    App, AppStatus, DisableAppRequest, EnableAppRequest, GetAppRequest, GetInstallationRequest,
    UninstallRequest,
};
use patchbay_rpc::request_as;
use serde_json::Value;

use crate::callers::{member, superuser};
use crate::running::{Running, each, internal, public, reason};

async fn disable(running: &Running, caller: &Caller, app: &App) -> String {
    let asked = DisableAppRequest {
        app: app.slug.clone(),
        reason: "The endpoint did not answer for five days.".into(),
        event_id: "0197b6a4-2b6c-7000-8000-000000000001".into(),
    };
    reason(running.apps.clone().disable_app(request_as(caller, asked)).await)
}

async fn enable(running: &Running, caller: &Caller, app: &App) -> String {
    let asked = EnableAppRequest { app: app.slug.clone() };
    reason(running.apps.clone().enable_app(request_as(caller, asked)).await)
}

async fn get(running: &Running, caller: &Caller, app: &App) -> String {
    let asked = GetAppRequest { app: app.slug.clone() };
    reason(running.apps.clone().get_app(request_as(caller, asked)).await)
}

/// Sections 1.7 and 6.10.
#[tokio::test]
async fn a_disabled_app_is_hidden_but_its_installations_can_be_removed() {
    each(|running| async move {
        let app = running.published_app().await;
        let installation = running.installed(&app).await;
        assert_eq!(disable(&running, &Caller::Service("webhook-sender".into()), &app).await, "OK");
        assert_eq!(get(&running, &running.manager(), &app).await, "PERMISSION_DENIED");
        assert_eq!(get(&running, &superuser(), &app).await, "OK");
        let asked = GetInstallationRequest { uuid: installation.uuid.clone() };
        let answer =
            running.installations.clone().get_installation(request_as(&running.outsider(), asked)).await;
        assert_eq!(reason(answer), "PERMISSION_DENIED");
        let again = reason(running.install(&running.manager(), &app, &running.acme).await);
        assert_eq!(again, "PERMISSION_DENIED", "nobody installs a disabled app");
        let asked = UninstallRequest { uuid: installation.uuid };
        assert_eq!(
            reason(running.installations.clone().uninstall(request_as(&running.outsider(), asked)).await),
            "OK"
        );
        assert_eq!(enable(&running, &running.manager(), &app).await, "OK");
        assert_eq!(get(&running, &running.manager(), &app).await, "OK");
    })
    .await;
}

#[tokio::test]
async fn the_owners_hear_of_it_once_a_day_and_the_audit_log_every_time() {
    each(|running| async move {
        running.owner("olga@acme.example").await;
        running.owner("otto@acme.example").await;
        let app = running.app(internal("Own Hooks")).await;
        for _ in 0..2 {
            assert_eq!(disable(&running, &Caller::Operator, &app).await, "OK");
        }
        let letters = running.mail.letters(2).await;
        let mut recipients: Vec<_> = letters.iter().map(|letter| letter.recipient.as_str()).collect();
        recipients.sort_unstable();
        assert_eq!(recipients, ["olga@acme.example", "otto@acme.example"]);
        assert_eq!(letters[0].header("Subject"), "Action required: Fix your Own Hooks integration");
        let body = letters[0].body();
        for part in [
            "The endpoint did not answer for five days.",
            "0197b6a4-2b6c-7000-8000-000000000001",
            &format!("https://patchbay.example/api/0/sentry-apps/{}/enable/", app.slug),
        ] {
            assert!(body.contains(part), "{body}");
        }

        assert_eq!(enable(&running, &running.manager(), &app).await, "OK");
        assert_eq!(disable(&running, &Caller::Operator, &app).await, "OK");
        running.hand.advance(Duration::from_secs(24 * 3600));
        assert_eq!(enable(&running, &running.manager(), &app).await, "OK");
        assert_eq!(disable(&running, &Caller::Operator, &app).await, "OK");
        running.mail.letters(4).await;
        running
            .audited(&[
                "INTERNAL_INTEGRATION_DISABLED",
                "SENTRY_APP_ENABLE",
                "INTERNAL_INTEGRATION_DISABLED",
                "SENTRY_APP_ENABLE",
                "INTERNAL_INTEGRATION_DISABLED",
            ])
            .await;
    })
    .await;
}

#[tokio::test]
async fn the_other_apps_of_the_organization_are_sent_endpoint_disabled() {
    each(|running| async move {
        let app = running.app(public("Hooks")).await;
        let mut events = running.events();
        assert_eq!(disable(&running, &Caller::Operator, &app).await, "OK");
        let event = events.next().await;
        assert_eq!((event.resource.as_str(), event.action.as_str()), ("endpoint", "disabled"));
        assert_eq!((event.organization_id, event.targets.len()), (running.acme.id, 0));
        let data: Value = serde_json::from_slice(&event.data_json).unwrap();
        assert_eq!(data["app"]["slug"], "hooks");
        assert_eq!(data["reason"], "The endpoint did not answer for five days.");
    })
    .await;
}

#[tokio::test]
async fn who_may_disable_and_enable() {
    each(|running| async move {
        let app = running.app(public("Hooks")).await;
        for (caller, expected) in [
            (Caller::Anonymous, "NO_CREDENTIALS"),
            (running.outsider(), "NOT_IN_OWNER_ORGANIZATION"),
            (member(&running.acme, Role::Admin), "PERMISSION_DENIED"),
            (running.manager(), "OK"),
            (superuser(), "OK"),
        ] {
            assert_eq!(disable(&running, &caller, &app).await, expected, "{caller:?}");
            assert_eq!(enable(&running, &caller, &app).await, expected, "{caller:?}");
        }
        let published = running.set_status(&app, AppStatus::Published).await;
        assert_eq!(disable(&running, &running.outsider(), &published).await, "PERMISSION_DENIED");
    })
    .await;
}
