use patchbay_domain::{Caller, ErrorKind, Role, Scope};
use patchbay_proto::event_fanout::{Actor, PublishRequest, Target, UserActor, actor, target};
use patchbay_proto::installation::installations_client::InstallationsClient;
use patchbay_proto::installation::{
    AppStatus, CreateAppRequest, GetInstallationRequest, InstallRequest, InstallationStatus,
    MarkInstalledRequest, UninstallRequest,
};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::{Features, UpdateOrganizationRequest};
use patchbay_rpc::{request, request_as};

use crate::callers::{app_of, member, member_with_token, superuser};
use crate::service::{each, install, internal, public, reason, refusal};

#[tokio::test]
async fn a_new_installation_is_pending_and_its_app_gets_an_event() {
    each(|service| async move {
        let app = service.published_app().await;
        let mut events = service.events();
        let installation = service.installed(&app).await;
        assert_eq!(installation.status(), InstallationStatus::Pending);
        assert_eq!(installation.app_id, app.id);
        assert_eq!((&installation.app_uuid, &installation.app_slug), (&app.uuid, &app.slug));
        assert_eq!(installation.organization_slug, "other-corp");
        let code = installation.code.clone().unwrap();

        let event = events.next().await;
        let uuid = &installation.uuid;
        let data = format!(
            r#"{{"installation":{{"status":"pending","organization":{{"slug":"other-corp","id":{}}},"app":{{"uuid":"{}","slug":"webhooks-galore","sentryAppId":{}}},"code":"{code}","uuid":"{uuid}"}}}}"#,
            service.other.id, app.uuid, app.id
        );
        assert_eq!(std::str::from_utf8(&event.data_json).unwrap(), data);
        let user = UserActor { id: 1, name: "Meredith Heller".into() };
        let expected = PublishRequest {
            organization_id: service.other.id,
            resource: "installation".into(),
            action: "created".into(),
            data_json: data.into(),
            actor: Some(Actor { kind: Some(actor::Kind::User(user)) }),
            project_id: 0,
            targets: vec![Target {
                receiver: Some(target::Receiver::InstallationUuid(uuid.clone())),
                app_id: app.id,
            }],
            idempotency_key: format!("installation.created:{uuid}"),
            ordering_key: uuid.to_string(),
        };
        assert_eq!(event, expected);
        assert!(service.metrics.encode().contains("patchbay_installation_installs_total 1"));
    })
    .await;
}

#[tokio::test]
async fn installing_again_returns_the_same_installation_without_an_event() {
    each(|service| async move {
        let app = service.published_app().await;
        let mut events = service.events();
        let first = service.installed(&app).await;
        assert_eq!(service.installed(&app).await, first, "code included, while it can be exchanged");
        events.next().await;
        // On another organization it is another installation, and the next thing told.
        let second = service.install(&service.manager(), &app, &service.acme).await.unwrap().into_inner();
        assert_ne!(second.uuid, first.uuid);
        assert_eq!(events.next().await.idempotency_key, format!("installation.created:{}", second.uuid));
    })
    .await;
}

#[tokio::test]
async fn an_app_that_does_not_verify_is_installed_at_once() {
    each(|service| async move {
        let app = service.app(CreateAppRequest { verify_install: false, ..public("Hooks") }).await;
        let installation =
            service.install(&service.manager(), &app, &service.acme).await.unwrap().into_inner();
        assert_eq!(installation.status(), InstallationStatus::Installed);
    })
    .await;
}

#[tokio::test]
async fn an_organization_installs_published_apps_and_its_own() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        let error = refusal(service.install(&service.outsider(), &app, &service.other).await);
        assert_eq!(error.kind, ErrorKind::NotFound);
        assert_eq!((error.reason.as_ref(), error.message.as_str()), ("APP_NOT_FOUND", ""));
        let missing = InstallRequest { organization: "acme".into(), app_slug: "nothing".into() };
        let answer = service.installations.clone().install(request_as(&service.manager(), missing)).await;
        assert_eq!(reason(answer), "APP_NOT_FOUND");

        assert_eq!(reason(service.install(&service.manager(), &app, &service.acme).await), "OK");
        assert_eq!(reason(service.install(&superuser(), &app, &service.other).await), "OK");
        service.set_status(&app, AppStatus::Published).await;
        assert_eq!(reason(service.install(&service.outsider(), &app, &service.other).await), "OK");

        let own = service.app(internal("Own")).await;
        let error = reason(service.install(&service.outsider(), &own, &service.other).await);
        assert_eq!(error, "APP_NOT_FOUND", "an internal app stays at home");
    })
    .await;
}

#[tokio::test]
async fn who_may_install() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation =
            service.install(&service.manager(), &app, &service.acme).await.unwrap().into_inner();
        let other = &service.other;
        for (caller, expected) in [
            (Caller::Anonymous, "NO_CREDENTIALS"),
            (app_of(&installation), "PERMISSION_DENIED"),
            (service.manager(), "PERMISSION_DENIED"),
            (member(other, Role::Member), "PERMISSION_DENIED"),
            (member_with_token(other, Role::Owner, &[Scope::OrgRead]), "PERMISSION_DENIED"),
            (member_with_token(other, Role::Owner, &[Scope::OrgWrite]), "OK"),
            (member(other, Role::Admin), "OK"),
            (Caller::Operator, "OK"),
        ] {
            assert_eq!(reason(service.install(&caller, &app, other).await), expected, "{caller:?}");
        }
        let error = refusal(service.install(&service.manager(), &app, other).await);
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::Forbidden, "You do not have permission to perform this action.")
        );
        let nowhere = InstallRequest { organization: "nowhere".into(), app_slug: app.slug.clone() };
        let answer = service.installations.clone().install(request_as(&superuser(), nowhere)).await;
        assert_eq!(refusal(answer).message, "Could not find requested organization");
    })
    .await;
}

#[tokio::test]
async fn the_organization_is_named_by_slug_or_number_and_the_app_by_slug_only() {
    each(|service| async move {
        let app = service.published_app().await;
        let message =
            InstallRequest { organization: service.acme.id.to_string(), app_slug: app.slug.clone() };
        let answer =
            service.installations.clone().install(request_as(&service.manager(), message.clone())).await;
        assert_eq!(answer.unwrap().into_inner().organization_slug, "acme");
        for slug in [app.id.to_string(), "No Slug".into(), String::new()] {
            let message = InstallRequest { app_slug: slug.clone(), ..message.clone() };
            let error =
                refusal(service.installations.clone().install(request_as(&service.manager(), message)).await);
            assert_eq!(
                (error.kind, error.fields[0].field.as_str()),
                (ErrorKind::Invalid, "slug"),
                "{slug:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn without_the_token_service_nothing_is_installed() {
    each(|service| async move {
        let app = service.published_app().await;
        let mut cut_off = InstallationsClient::new(service.replica_without_tokens().await);
        let message = install(&app, &service.other);
        let error = refusal(cut_off.install(request_as(&service.outsider(), message)).await);
        assert!(error.is_retryable(), "{error:?}");
        let count: i64 = service.db.query("select count(*) from installations").fetch_scalar().await.unwrap();
        assert_eq!(count, 0);
        service.assert_no_event_waits().await;
    })
    .await;
}

#[tokio::test]
async fn the_app_itself_confirms_its_installation() {
    each(|service| async move {
        let app = service.published_app().await;
        let other_app = service.app(public("Other App")).await;
        let of_other =
            service.install(&service.manager(), &other_app, &service.acme).await.unwrap().into_inner();
        let installation = service.installed(&app).await;
        let mark = async |caller: &Caller, uuid: &str| {
            let message = MarkInstalledRequest { uuid: uuid.to_owned() };
            service.installations.clone().mark_installed(request_as(caller, message)).await
        };
        let uuid = installation.uuid.as_str();
        for (caller, expected) in [
            (Caller::Anonymous, "NO_CREDENTIALS"),
            (service.outsider(), "PERMISSION_DENIED"),
            (superuser(), "PERMISSION_DENIED"),
            (app_of(&of_other), "PERMISSION_DENIED"),
        ] {
            assert_eq!(reason(mark(&caller, uuid).await), expected, "{caller:?}");
        }
        assert_eq!(reason(mark(&app_of(&installation), "nothing").await), "INSTALLATION_NOT_FOUND");
        for _ in 0..2 {
            let confirmed = mark(&app_of(&installation), uuid).await.unwrap().into_inner();
            assert_eq!(confirmed.status(), InstallationStatus::Installed);
        }
    })
    .await;
}

/// Section 2.2, the feature gate.
#[tokio::test]
async fn an_organization_without_any_feature_of_the_app_cannot_install_it() {
    each(|service| async move {
        let app = service.published_app().await;
        let message = UpdateOrganizationRequest {
            organization: "other-corp".into(),
            features: Some(Features { names: vec!["integrations-chat".into()] }),
            ..Default::default()
        };
        DirectoryClient::new(service.peers.clone()).update_organization(request(message)).await.unwrap();
        let error = refusal(service.install(&service.outsider(), &app, &service.other).await);
        assert_eq!((error.kind, error.reason.as_ref()), (ErrorKind::Forbidden, "FEATURES_MISSING"));
        assert_eq!(
            error.message,
            "At least one feature from this list has to be enabled in order to install the app"
        );
        assert_eq!(error.fields[0].field, "missing_features");
        assert_eq!(error.fields[0].messages, ["organizations:integrations-api"]);
    })
    .await;
}

/// Section 2.2: the browser goes on to the app.
#[tokio::test]
async fn installing_returns_the_redirect_url_of_the_app() {
    each(|service| async move {
        let redirect_url = Some("https://example.com/setup?a=1".to_owned());
        let app = service.app(CreateAppRequest { redirect_url, ..public("Hooks") }).await;
        let installation =
            service.install(&service.manager(), &app, &service.acme).await.unwrap().into_inner();
        let expected = format!(
            "https://example.com/setup?a=1&code={}&installationId={}&orgSlug=acme",
            installation.code.as_deref().unwrap(),
            installation.uuid
        );
        assert_eq!(installation.redirect_url.as_deref(), Some(expected.as_str()));
        let message = GetInstallationRequest { uuid: installation.uuid };
        let member = member(&service.acme, Role::Member);
        let seen =
            service.installations.clone().get_installation(request_as(&member, message)).await.unwrap();
        assert_eq!(seen.into_inner().redirect_url, None, "members never see the code");
    })
    .await;
}

#[tokio::test]
async fn installing_and_uninstalling_is_kept_in_the_audit_log_of_the_installing_organization() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        service.installed(&app).await;
        let message = UninstallRequest { uuid: installation.uuid.clone() };
        service.installations.clone().uninstall(request_as(&service.outsider(), message)).await.unwrap();
        service.audited(&["SENTRY_APP_INSTALL", "SENTRY_APP_UNINSTALL"]).await;
        let entries = service.audit.entries();
        let last = entries.last().unwrap();
        assert_eq!(
            (last.organization_id, last.target_id.as_str()),
            (service.other.id, installation.uuid.as_str())
        );
        assert_eq!(last.actor.as_ref().unwrap().label, "Meredith Heller");
    })
    .await;
}
