use patchbay_domain::{Caller, ErrorKind, Role};
use patchbay_proto::installation::{AppStatus, GetAppRequest};
use patchbay_rpc::request_as;

use crate::callers::{app_of, member, staff, superuser};
use crate::service::{each, public, reason, refusal};

#[tokio::test]
async fn an_app_is_found_by_slug_and_by_number() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        for name in [app.slug.clone(), app.id.to_string()] {
            let message = GetAppRequest { app: name };
            let found = service.apps.clone().get_app(request_as(&service.manager(), message)).await;
            assert_eq!(found.unwrap().into_inner().uuid, app.uuid);
        }
        for name in ["nothing", "99", "", "HOOKS"] {
            let message = GetAppRequest { app: name.into() };
            let error = refusal(service.apps.clone().get_app(request_as(&service.manager(), message)).await);
            assert_eq!(error.kind, ErrorKind::NotFound);
            assert_eq!(
                (error.reason.as_ref(), error.message.as_str()),
                ("APP_NOT_FOUND", "Could not find the requested sentry app")
            );
        }
    })
    .await;
}

#[tokio::test]
async fn who_may_read_an_app() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        let get = async |caller: &Caller| {
            let message = GetAppRequest { app: app.slug.clone() };
            service.apps.clone().get_app(request_as(caller, message)).await
        };
        for caller in [member(&service.acme, Role::Member), superuser(), staff(), Caller::Operator] {
            assert_eq!(reason(get(&caller).await), "OK", "{caller:?}");
        }
        let error = refusal(get(&service.outsider()).await);
        assert_eq!((error.kind, error.reason.as_ref()), (ErrorKind::Forbidden, "NOT_IN_OWNER_ORGANIZATION"));
        assert_eq!(error.message, "User must be in the app owner's organization for unpublished apps");

        let app = service.set_status(&app, AppStatus::Published).await;
        let installation = service.installed(&app).await;
        for caller in [service.outsider(), app_of(&installation)] {
            let seen = get(&caller).await.unwrap().into_inner();
            assert_eq!(seen.owner_view, None, "{caller:?}");
            assert!(seen.published_at.is_some());
        }
        assert_eq!(reason(get(&Caller::Anonymous).await), "NO_CREDENTIALS");
    })
    .await;
}
