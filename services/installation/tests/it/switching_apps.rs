use std::time::Duration;

use patchbay_domain::{Caller, Role};
use patchbay_proto::installation::{
    App, AppStatus, DisableAppRequest, EnableAppRequest, GetAppRequest, GetInstallationRequest,
    UninstallRequest,
};
use patchbay_rpc::request_as;
use serde_json::Value;

use crate::callers::{member, staff, superuser};
use crate::service::{Service, each, internal, public, reason};

async fn disable(service: &Service, caller: &Caller, app: &App) -> String {
    let message = DisableAppRequest {
        app: app.slug.clone(),
        reason: "The endpoint did not answer for five days.".into(),
        event_id: "0197b6a4-2b6c-7000-8000-000000000001".into(),
    };
    reason(service.apps.clone().disable_app(request_as(caller, message)).await)
}

async fn enable(service: &Service, caller: &Caller, app: &App) -> String {
    let message = EnableAppRequest { app: app.slug.clone() };
    reason(service.apps.clone().enable_app(request_as(caller, message)).await)
}

async fn get(service: &Service, caller: &Caller, app: &App) -> String {
    let message = GetAppRequest { app: app.slug.clone() };
    reason(service.apps.clone().get_app(request_as(caller, message)).await)
}

/// Sections 1.7 and 6.10.
#[tokio::test]
async fn a_disabled_app_is_hidden_but_its_installations_can_be_removed() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        assert_eq!(disable(&service, &Caller::Service("webhook-sender".into()), &app).await, "OK");
        assert_eq!(get(&service, &service.manager(), &app).await, "PERMISSION_DENIED");
        for caller in [superuser(), staff()] {
            assert_eq!(get(&service, &caller, &app).await, "OK");
        }
        let message = GetInstallationRequest { uuid: installation.uuid.clone() };
        let answer =
            service.installations.clone().get_installation(request_as(&service.outsider(), message)).await;
        assert_eq!(reason(answer), "PERMISSION_DENIED");
        let again = reason(service.install(&service.manager(), &app, &service.acme).await);
        assert_eq!(again, "PERMISSION_DENIED", "a disabled app cannot be installed");
        let message = UninstallRequest { uuid: installation.uuid };
        assert_eq!(
            reason(service.installations.clone().uninstall(request_as(&service.outsider(), message)).await),
            "OK"
        );
        assert_eq!(enable(&service, &service.manager(), &app).await, "OK");
        assert_eq!(get(&service, &service.manager(), &app).await, "OK");
    })
    .await;
}

#[tokio::test]
async fn owners_get_at_most_one_mail_a_day_and_the_audit_log_every_entry() {
    each(|service| async move {
        service.owner("olga@acme.example").await;
        service.owner("otto@acme.example").await;
        let app = service.app(internal("Own Hooks")).await;
        for _ in 0..2 {
            assert_eq!(disable(&service, &Caller::Operator, &app).await, "OK");
        }
        let letters = service.mail.letters(2).await;
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

        assert_eq!(enable(&service, &service.manager(), &app).await, "OK");
        assert_eq!(disable(&service, &Caller::Operator, &app).await, "OK");
        service.clock.advance(Duration::from_secs(24 * 3600));
        assert_eq!(enable(&service, &service.manager(), &app).await, "OK");
        assert_eq!(disable(&service, &Caller::Operator, &app).await, "OK");
        service.mail.letters(4).await;
        service
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
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        let mut events = service.events();
        assert_eq!(disable(&service, &Caller::Operator, &app).await, "OK");
        let event = events.next().await;
        assert_eq!((event.resource.as_str(), event.action.as_str()), ("endpoint", "disabled"));
        assert_eq!((event.organization_id, event.targets.len()), (service.acme.id, 0));
        let data: Value = serde_json::from_slice(&event.data_json).unwrap();
        assert_eq!(data["app"]["slug"], "hooks");
        assert_eq!(data["reason"], "The endpoint did not answer for five days.");
    })
    .await;
}

#[tokio::test]
async fn who_may_disable_and_enable() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        for (caller, expected) in [
            (Caller::Anonymous, "NO_CREDENTIALS"),
            (service.outsider(), "NOT_IN_OWNER_ORGANIZATION"),
            (member(&service.acme, Role::Admin), "PERMISSION_DENIED"),
            (service.manager(), "OK"),
            (superuser(), "OK"),
        ] {
            assert_eq!(disable(&service, &caller, &app).await, expected, "{caller:?}");
            assert_eq!(enable(&service, &caller, &app).await, expected, "{caller:?}");
        }
        let published = service.set_status(&app, AppStatus::Published).await;
        assert_eq!(disable(&service, &service.outsider(), &published).await, "PERMISSION_DENIED");
    })
    .await;
}
