use std::time::Duration;

use patchbay_domain::{Caller, ErrorKind, Role, Scope};
use patchbay_proto::installation::{
    GetInstallationRequest, ListAppInstallationsRequest, ListInstallationsRequest, StopWebhooksRequest,
};
use patchbay_rpc::request_as;

use crate::callers::{app_of, member, member_with_token, superuser};
use crate::service::{each, public, reason, refusal};

#[tokio::test]
async fn who_reads_an_installation_and_who_sees_its_code() {
    each(|service| async move {
        let app = service.published_app().await;
        let other_app = service.app(public("Other App")).await;
        let of_other =
            service.install(&service.manager(), &other_app, &service.acme).await.unwrap().into_inner();
        let installation = service.installed(&app).await;
        let get = async |caller: &Caller| {
            let message = GetInstallationRequest { uuid: installation.uuid.clone() };
            service.installations.clone().get_installation(request_as(caller, message)).await
        };
        let code = installation.code.clone();
        assert!(code.is_some());
        for (caller, expected) in [
            (member(&service.other, Role::Member), None),
            (member(&service.other, Role::Admin), code.clone()),
            (member_with_token(&service.other, Role::Owner, &[Scope::OrgRead]), None),
            (superuser(), code.clone()),
            (Caller::Operator, code),
            (app_of(&installation), None),
        ] {
            let seen = get(&caller).await.unwrap().into_inner();
            assert_eq!(seen.uuid, installation.uuid);
            assert_eq!(seen.code, expected, "{caller:?}");
        }
        let error = refusal(get(&service.manager()).await);
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::NotFound, "Given organization is not valid")
        );
        assert_eq!(reason(get(&app_of(&of_other)).await), "PERMISSION_DENIED");
        assert_eq!(reason(get(&Caller::Anonymous).await), "NO_CREDENTIALS");
        for uuid in ["nothing", "a8e5d37a-696c-4c54-adb5-b3f28d64c7de"] {
            let message = GetInstallationRequest { uuid: uuid.into() };
            let answer = service
                .installations
                .clone()
                .get_installation(request_as(&service.outsider(), message))
                .await;
            assert_eq!(refusal(answer).message, "Could not find given sentry app installation");
        }

        service.clock.advance(Duration::from_secs(601));
        let seen = get(&service.outsider()).await.unwrap().into_inner();
        assert_eq!(seen.code, None, "a grant lives ten minutes");
    })
    .await;
}

#[tokio::test]
async fn installations_are_listed_newest_first_page_by_page() {
    each(|service| async move {
        let mut installed = Vec::new();
        for number in 0..5 {
            let app = service.app(public(&format!("App {number}"))).await;
            let answer = service.install(&service.manager(), &app, &service.acme).await;
            installed.insert(0, answer.unwrap().into_inner());
        }
        let list = async |caller: &Caller, offset, limit| {
            let message = ListInstallationsRequest { organization: "acme".into(), offset, limit };
            service.installations.clone().list_installations(request_as(caller, message)).await
        };
        let manager = service.manager();
        let all = list(&manager, 0, 0).await.unwrap().into_inner();
        assert_eq!((all.installations, all.has_more), (installed.clone(), false));
        let page = list(&manager, 1, 2).await.unwrap().into_inner();
        assert_eq!((page.installations.as_slice(), page.has_more), (&installed[1..3], true));
        let page = list(&manager, 3, 2).await.unwrap().into_inner();
        assert_eq!((page.installations.as_slice(), page.has_more), (&installed[3..], false));
        assert!(list(&manager, 9, 1000).await.unwrap().into_inner().installations.is_empty());
        assert_eq!(list(&manager, -1, -1).await.unwrap().into_inner().installations.len(), 5);

        let seen = list(&member(&service.acme, Role::Member), 0, 0).await.unwrap().into_inner();
        assert!(seen.installations.iter().all(|installation| installation.code.is_none()));
        for (caller, expected) in [
            (superuser(), "OK"),
            (service.outsider(), "PERMISSION_DENIED"),
            (member_with_token(&service.acme, Role::Owner, &[Scope::EventRead]), "PERMISSION_DENIED"),
            (app_of(&installed[0]), "PERMISSION_DENIED"),
            (Caller::Anonymous, "NO_CREDENTIALS"),
        ] {
            assert_eq!(reason(list(&caller, 0, 0).await), expected, "{caller:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_owner_of_an_app_sees_who_installed_it_and_no_code() {
    each(|service| async move {
        let app = service.published_app().await;
        let installed = service.installed(&app).await;
        let own = service.install(&service.manager(), &app, &service.acme).await.unwrap().into_inner();
        let stop =
            StopWebhooksRequest { uuid: own.uuid.clone(), reason: "gone".into(), ..Default::default() };
        service.installations.clone().stop_webhooks(request_as(&service.manager(), stop)).await.unwrap();
        let list = async |caller: &Caller, offset, limit| {
            let message = ListAppInstallationsRequest { app: app.slug.clone(), offset, limit };
            service.installations.clone().list_app_installations(request_as(caller, message)).await
        };
        let answer = list(&service.manager(), 0, 0).await.unwrap().into_inner();
        let found: Vec<_> =
            answer.installations.into_iter().map(|found| found.installation.unwrap()).collect();
        let uuids: Vec<_> = found.iter().map(|found| found.uuid.as_str()).collect();
        assert_eq!(
            (uuids.as_slice(), answer.has_more),
            ([own.uuid.as_str(), &installed.uuid].as_slice(), false)
        );
        assert!(found.iter().all(|found| found.code.is_none() && found.redirect_url.is_none()), "{found:?}");
        let first = list(&superuser(), 0, 1).await.unwrap().into_inner();
        assert_eq!((first.installations.len(), first.has_more), (1, true));
        assert_eq!(first.installations[0].webhooks.as_ref().unwrap().cause(), "gone");
        let second = list(&superuser(), 1, 1).await.unwrap().into_inner();
        assert_eq!(second.installations[0].installation.as_ref().unwrap().uuid, installed.uuid);

        for caller in [
            member(&service.acme, Role::Member),
            service.outsider(),
            app_of(&installed),
            member_with_token(&service.acme, Role::Owner, &[Scope::OrgRead]),
        ] {
            assert_eq!(reason(list(&caller, 0, 0).await), "PERMISSION_DENIED", "{caller:?}");
        }
        assert_eq!(reason(list(&Caller::Anonymous, 0, 0).await), "NO_CREDENTIALS");
        let message = ListAppInstallationsRequest { app: "nothing".into(), ..Default::default() };
        let answer =
            service.installations.clone().list_app_installations(request_as(&superuser(), message)).await;
        assert_eq!(reason(answer), "APP_NOT_FOUND");
    })
    .await;
}
