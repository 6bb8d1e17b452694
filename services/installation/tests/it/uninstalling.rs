use patchbay_domain::{Caller, Role, Scope};
use patchbay_proto::auth_token::{Inactive, RevokeInstallationRequest};
use patchbay_proto::installation::installations_client::InstallationsClient;
use patchbay_proto::installation::{
    App, Authorization, AuthorizeRequest, GetInstallationRequest, Installation, InstallationStatus,
    ListInstallationsRequest, UninstallRequest, authorize_request::Grant,
};
use patchbay_rpc::{request, request_as};

use crate::callers::{app_of, member, member_with_token, superuser};
use crate::running::{Running, each, internal, reason, refusal};

async fn authorized(running: &Running, app: &App, installation: &Installation) -> Authorization {
    let credentials = app.owner_view.clone().unwrap();
    let asked = AuthorizeRequest {
        installation_uuid: installation.uuid.clone(),
        client_id: credentials.client_id,
        client_secret: credentials.client_secret.unwrap(),
        grant: Some(Grant::Code(installation.code.clone().unwrap())),
    };
    running.installations.clone().authorize(request(asked)).await.unwrap().into_inner()
}

async fn uninstall(running: &Running, caller: &Caller, installation: &Installation) -> String {
    let asked = UninstallRequest { uuid: installation.uuid.clone() };
    reason(running.installations.clone().uninstall(request_as(caller, asked)).await)
}

#[tokio::test]
async fn uninstalling_ends_the_tokens_and_tells_the_app_for_the_last_time() {
    each(|running| async move {
        let app = running.published_app().await;
        let mut events = running.events();
        let installation = running.installed(&app).await;
        let token = authorized(&running, &app, &installation).await.token;
        assert_eq!(running.introspect(&token).await.inactive(), Inactive::Unspecified);
        events.next().await;

        let outsider = running.outsider();
        assert_eq!(uninstall(&running, &outsider, &installation).await, "OK");
        assert_eq!(running.introspect(&token).await.inactive(), Inactive::Unknown);
        let event = events.next().await;
        assert_eq!((event.resource.as_str(), event.action.as_str()), ("installation", "deleted"));
        assert_eq!(event.idempotency_key, format!("installation.deleted:{}", installation.uuid));
        assert_eq!(event.targets[0].app_id, app.id);
        let data = std::str::from_utf8(&event.data_json).unwrap();
        assert!(data.starts_with(r#"{"installation":{"status":"pending_deletion","#), "{data}");
        assert!(!data.contains("code"), "{data}");
        assert!(running.metrics.encode().contains("patchbay_installation_uninstalls_total 1"));

        assert_eq!(uninstall(&running, &outsider, &installation).await, "INSTALLATION_NOT_FOUND");
        let asked = GetInstallationRequest { uuid: installation.uuid.clone() };
        let answer = running.installations.clone().get_installation(request_as(&outsider, asked)).await;
        assert_eq!(reason(answer), "INSTALLATION_NOT_FOUND");
        let asked = ListInstallationsRequest { organization: "other-corp".into(), ..Default::default() };
        let listed = running.installations.clone().list_installations(request_as(&outsider, asked)).await;
        assert!(listed.unwrap().into_inner().installations.is_empty());
    })
    .await;
}

#[tokio::test]
async fn installing_after_an_uninstall_begins_anew() {
    each(|running| async move {
        let app = running.published_app().await;
        let first = running.installed(&app).await;
        assert_eq!(uninstall(&running, &running.outsider(), &first).await, "OK");
        let second = running.installed(&app).await;
        assert_ne!(second.uuid, first.uuid);
        assert_ne!(second.code, first.code);
        assert_eq!(second.status(), InstallationStatus::Pending);
        authorized(&running, &app, &second).await;
    })
    .await;
}

#[tokio::test]
async fn when_tokens_cannot_be_revoked_nothing_has_changed() {
    each(|running| async move {
        let app = running.published_app().await;
        let installation = running.installed(&app).await;
        let token = authorized(&running, &app, &installation).await.token;

        let mut cut_off = InstallationsClient::new(running.replica_without_tokens().await);
        let asked = UninstallRequest { uuid: installation.uuid.clone() };
        let error = refusal(cut_off.uninstall(request_as(&running.outsider(), asked)).await);
        assert!(error.is_retryable(), "{error:?}");
        assert_eq!(running.introspect(&token).await.inactive(), Inactive::Unspecified);
        assert_eq!(running.installed(&app).await.uuid, installation.uuid, "it is there as before");
    })
    .await;
}

#[tokio::test]
async fn an_uninstall_that_was_cut_off_after_revoking_is_finished_by_the_next_one() {
    each(|running| async move {
        let app = running.published_app().await;
        let mut events = running.events();
        let installation = running.installed(&app).await;
        // What a crash between the two steps leaves behind.
        let asked = RevokeInstallationRequest { installation_uuid: installation.uuid.clone() };
        running.tokens.clone().revoke_installation(request(asked)).await.unwrap();
        let found = running.installed(&app).await;
        assert_eq!((found.uuid.as_str(), found.code), (installation.uuid.as_str(), None));

        assert_eq!(uninstall(&running, &running.outsider(), &installation).await, "OK");
        assert_eq!(events.next().await.action, "created");
        assert_eq!(events.next().await.action, "deleted");
    })
    .await;
}

#[tokio::test]
async fn who_may_uninstall() {
    each(|running| async move {
        let app = running.published_app().await;
        for (caller, expected) in [
            (Caller::Anonymous, "NO_CREDENTIALS"),
            (running.manager(), "ORGANIZATION_NOT_VALID"),
            (member(&running.other, Role::Member), "PERMISSION_DENIED"),
            (member_with_token(&running.other, Role::Owner, &[Scope::OrgRead]), "PERMISSION_DENIED"),
            (member(&running.other, Role::Admin), "OK"),
            (superuser(), "OK"),
            (Caller::Operator, "OK"),
        ] {
            let installation = running.installed(&app).await;
            assert_eq!(uninstall(&running, &caller, &installation).await, expected, "{caller:?}");
        }
        let installation = running.installed(&app).await;
        assert_eq!(uninstall(&running, &app_of(&installation), &installation).await, "PERMISSION_DENIED");
    })
    .await;
}

#[tokio::test]
async fn an_internal_app_is_told_neither_of_its_end_nor_of_a_new_beginning() {
    each(|running| async move {
        let app = running.app(internal("Own")).await;
        let (manager, acme) = (running.manager(), running.acme.clone());
        let first = running.install(&manager, &app, &acme).await.unwrap().into_inner();
        assert_eq!(uninstall(&running, &manager, &first).await, "OK");
        let second = running.install(&manager, &app, &acme).await.unwrap().into_inner();
        assert_ne!(second.uuid, first.uuid);
        assert_eq!((second.status(), second.code), (InstallationStatus::Installed, None));

        let mut events = running.events();
        let told = running.installed(&running.published_app().await).await;
        assert_eq!(events.next().await.idempotency_key, format!("installation.created:{}", told.uuid));
    })
    .await;
}
