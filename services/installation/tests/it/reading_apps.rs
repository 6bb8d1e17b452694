use patchbay_domain::{Caller, ErrorKind, Role};
use patchbay_proto::installation::{AppStatus, GetAppRequest};
use patchbay_rpc::request_as;

use crate::callers::{app_of, member, staff, superuser};
use crate::running::{each, public, reason, refusal};

#[tokio::test]
async fn an_app_is_found_by_slug_and_by_number() {
    each(|running| async move {
        let app = running.app(public("Hooks")).await;
        for name in [app.slug.clone(), app.id.to_string()] {
            let asked = GetAppRequest { app: name };
            let found = running.apps.clone().get_app(request_as(&running.manager(), asked)).await;
            assert_eq!(found.unwrap().into_inner().uuid, app.uuid);
        }
        for name in ["nothing", "99", "", "HOOKS"] {
            let asked = GetAppRequest { app: name.into() };
            let error = refusal(running.apps.clone().get_app(request_as(&running.manager(), asked)).await);
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
    each(|running| async move {
        let app = running.app(public("Hooks")).await;
        let get = async |caller: &Caller| {
            let asked = GetAppRequest { app: app.slug.clone() };
            running.apps.clone().get_app(request_as(caller, asked)).await
        };
        for caller in [member(&running.acme, Role::Member), superuser(), staff(), Caller::Operator] {
            assert_eq!(reason(get(&caller).await), "OK", "{caller:?}");
        }
        let error = refusal(get(&running.outsider()).await);
        assert_eq!((error.kind, error.reason.as_ref()), (ErrorKind::Forbidden, "NOT_IN_OWNER_ORGANIZATION"));
        assert_eq!(error.message, "User must be in the app owner's organization for unpublished apps");

        let app = running.set_status(&app, AppStatus::Published).await;
        let installation = running.installed(&app).await;
        for caller in [running.outsider(), app_of(&installation)] {
            let seen = get(&caller).await.unwrap().into_inner();
            assert_eq!(seen.owner_view, None, "{caller:?}");
            assert!(seen.published_at.is_some());
        }
        assert_eq!(reason(get(&Caller::Anonymous).await), "NO_CREDENTIALS");
    })
    .await;
}
