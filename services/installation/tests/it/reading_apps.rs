use patchbay_domain::{Caller, ErrorKind, Role};
use patchbay_proto::installation::{AppStatus, GetAppRequest, SetAppStatusRequest};
use patchbay_rpc::request_as;

use crate::callers::{app_of, member, staff, superuser};
use crate::running::{each, internal, public, reason, refusal};

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

#[tokio::test]
async fn superusers_and_operators_publish_and_take_back() {
    each(|running| async move {
        let app = running.app(public("Hooks")).await;
        let set = async |caller: &Caller, status: AppStatus| {
            let asked = SetAppStatusRequest { app: app.slug.clone(), status: status.into() };
            running.apps.clone().set_app_status(request_as(caller, asked)).await
        };
        for caller in [running.manager(), staff(), Caller::Service("gateway".into())] {
            assert_eq!(reason(set(&caller, AppStatus::Published).await), "PERMISSION_DENIED", "{caller:?}");
        }
        let published = set(&superuser(), AppStatus::Published).await.unwrap().into_inner();
        assert_eq!(published.status(), AppStatus::Published);
        assert_eq!(published.published_at.unwrap().seconds, crate::running::now().timestamp());
        let again = set(&Caller::Operator, AppStatus::Published).await.unwrap().into_inner();
        assert_eq!(again.published_at, published.published_at);
        let back = set(&Caller::Operator, AppStatus::Unpublished).await.unwrap().into_inner();
        assert_eq!((back.status(), back.published_at), (AppStatus::Unpublished, None));
        for status in [AppStatus::Internal, AppStatus::Unspecified, AppStatus::DeletionInProgress] {
            assert_eq!(reason(set(&Caller::Operator, status).await), "INVALID_STATUS_CHANGE", "{status:?}");
        }

        let internal = running.app(internal("Own")).await;
        let asked = SetAppStatusRequest { app: internal.slug, status: AppStatus::Published.into() };
        let answer = running.apps.clone().set_app_status(request_as(&superuser(), asked)).await;
        assert_eq!(reason(answer), "INVALID_STATUS_CHANGE");
        let asked = SetAppStatusRequest { app: "nothing".into(), status: AppStatus::Published.into() };
        let answer = running.apps.clone().set_app_status(request_as(&superuser(), asked)).await;
        assert_eq!(reason(answer), "APP_NOT_FOUND");
    })
    .await;
}
