use patchbay_domain::{Caller, Role, Scope};
use patchbay_proto::auth_token::{Inactive, RevokeInstallationRequest};
use patchbay_proto::installation::installations_client::InstallationsClient;
use patchbay_proto::installation::{
    App, Authorization, AuthorizeRequest, GetInstallationRequest, Installation, InstallationStatus,
    ListInstallationsRequest, UninstallRequest, authorize_request::Grant,
};
use patchbay_rpc::{request, request_as};

use crate::callers::{app_of, member, member_with_token, superuser};
use crate::service::{Service, each, internal, reason, refusal};

async fn authorized(service: &Service, app: &App, installation: &Installation) -> Authorization {
    let credentials = app.owner_view.clone().unwrap();
    let message = AuthorizeRequest {
        installation_uuid: installation.uuid.clone(),
        client_id: credentials.client_id,
        client_secret: credentials.client_secret.unwrap(),
        grant: Some(Grant::Code(installation.code.clone().unwrap())),
    };
    service.installations.clone().authorize(request(message)).await.unwrap().into_inner()
}

async fn uninstall(service: &Service, caller: &Caller, installation: &Installation) -> String {
    let message = UninstallRequest { uuid: installation.uuid.clone() };
    reason(service.installations.clone().uninstall(request_as(caller, message)).await)
}

#[tokio::test]
async fn uninstalling_ends_the_tokens_and_publishes_the_last_event() {
    each(|service| async move {
        let app = service.published_app().await;
        let mut events = service.events();
        let installation = service.installed(&app).await;
        let token = authorized(&service, &app, &installation).await.token;
        assert_eq!(service.introspect(&token).await.inactive(), Inactive::Unspecified);
        events.next().await;

        let outsider = service.outsider();
        assert_eq!(uninstall(&service, &outsider, &installation).await, "OK");
        assert_eq!(service.introspect(&token).await.inactive(), Inactive::Unknown);
        let event = events.next().await;
        assert_eq!((event.resource.as_str(), event.action.as_str()), ("installation", "deleted"));
        assert_eq!(event.idempotency_key, format!("installation.deleted:{}", installation.uuid));
        assert_eq!(event.targets[0].app_id, app.id);
        let data = std::str::from_utf8(&event.data_json).unwrap();
        assert!(data.starts_with(r#"{"installation":{"status":"pending_deletion","#), "{data}");
        assert!(!data.contains("code"), "{data}");
        assert!(service.metrics.encode().contains("patchbay_installation_uninstalls_total 1"));

        assert_eq!(uninstall(&service, &outsider, &installation).await, "INSTALLATION_NOT_FOUND");
        let message = GetInstallationRequest { uuid: installation.uuid.clone() };
        let answer = service.installations.clone().get_installation(request_as(&outsider, message)).await;
        assert_eq!(reason(answer), "INSTALLATION_NOT_FOUND");
        let message = ListInstallationsRequest { organization: "other-corp".into(), ..Default::default() };
        let listed = service.installations.clone().list_installations(request_as(&outsider, message)).await;
        assert!(listed.unwrap().into_inner().installations.is_empty());
    })
    .await;
}

#[tokio::test]
async fn installing_after_an_uninstall_begins_anew() {
    each(|service| async move {
        let app = service.published_app().await;
        let first = service.installed(&app).await;
        assert_eq!(uninstall(&service, &service.outsider(), &first).await, "OK");
        let second = service.installed(&app).await;
        assert_ne!(second.uuid, first.uuid);
        assert_ne!(second.code, first.code);
        assert_eq!(second.status(), InstallationStatus::Pending);
        authorized(&service, &app, &second).await;
    })
    .await;
}

#[tokio::test]
async fn when_tokens_cannot_be_revoked_nothing_has_changed() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        let token = authorized(&service, &app, &installation).await.token;

        let mut cut_off = InstallationsClient::new(service.replica_without_tokens().await);
        let message = UninstallRequest { uuid: installation.uuid.clone() };
        let error = refusal(cut_off.uninstall(request_as(&service.outsider(), message)).await);
        assert!(error.is_retryable(), "{error:?}");
        assert_eq!(service.introspect(&token).await.inactive(), Inactive::Unspecified);
        assert_eq!(service.installed(&app).await.uuid, installation.uuid, "it is there as before");
    })
    .await;
}

#[tokio::test]
async fn an_uninstall_that_was_cut_off_after_revoking_is_finished_by_the_next_one() {
    each(|service| async move {
        let app = service.published_app().await;
        let mut events = service.events();
        let installation = service.installed(&app).await;
        // The state after a crash between the two steps.
        let message = RevokeInstallationRequest { installation_uuid: installation.uuid.clone() };
        service.tokens.clone().revoke_installation(request(message)).await.unwrap();
        let found = service.installed(&app).await;
        assert_eq!((found.uuid.as_str(), found.code), (installation.uuid.as_str(), None));

        assert_eq!(uninstall(&service, &service.outsider(), &installation).await, "OK");
        assert_eq!(events.next().await.action, "created");
        assert_eq!(events.next().await.action, "deleted");
    })
    .await;
}

#[tokio::test]
async fn who_may_uninstall() {
    each(|service| async move {
        let app = service.published_app().await;
        for (caller, expected) in [
            (Caller::Anonymous, "NO_CREDENTIALS"),
            (service.manager(), "ORGANIZATION_NOT_VALID"),
            (member(&service.other, Role::Member), "PERMISSION_DENIED"),
            (member_with_token(&service.other, Role::Owner, &[Scope::OrgRead]), "PERMISSION_DENIED"),
            (member(&service.other, Role::Admin), "OK"),
            (superuser(), "OK"),
            (Caller::Operator, "OK"),
        ] {
            let installation = service.installed(&app).await;
            assert_eq!(uninstall(&service, &caller, &installation).await, expected, "{caller:?}");
        }
        let installation = service.installed(&app).await;
        assert_eq!(uninstall(&service, &app_of(&installation), &installation).await, "PERMISSION_DENIED");
    })
    .await;
}

#[tokio::test]
async fn an_internal_app_gets_no_events_about_its_installation() {
    each(|service| async move {
        let app = service.app(internal("Own")).await;
        let (manager, acme) = (service.manager(), service.acme.clone());
        let first = service.install(&manager, &app, &acme).await.unwrap().into_inner();
        assert_eq!(uninstall(&service, &manager, &first).await, "OK");
        let second = service.install(&manager, &app, &acme).await.unwrap().into_inner();
        assert_ne!(second.uuid, first.uuid);
        assert_eq!((second.status(), second.code), (InstallationStatus::Installed, None));

        let mut events = service.events();
        let told = service.installed(&service.published_app().await).await;
        assert_eq!(events.next().await.idempotency_key, format!("installation.created:{}", told.uuid));
    })
    .await;
}
