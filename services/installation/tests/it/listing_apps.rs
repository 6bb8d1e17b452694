//! Sentry's contract for lists of apps.

use patchbay_domain::{Caller, Role, Scope};
use patchbay_proto::installation::{AppFilter, AppStatus, ListAppsRequest, ListAppsResponse};
use patchbay_rpc::request_as;
use tonic::{Response, Status};

use crate::callers::{app_of, member, staff, staff_with_token, stranger, superuser};
use crate::service::{Service, each, internal, public, reason};

async fn list(
    service: &Service,
    caller: &Caller,
    message: ListAppsRequest,
) -> Result<Response<ListAppsResponse>, Status> {
    service.apps.clone().list_apps(request_as(caller, message)).await
}

async fn names(service: &Service, caller: &Caller, filter: AppFilter, organization: &str) -> Vec<String> {
    let message =
        ListAppsRequest { filter: filter.into(), organization: organization.into(), ..Default::default() };
    let found = list(service, caller, message).await.unwrap().into_inner();
    assert!(!found.has_more);
    found.apps.into_iter().map(|app| app.name).collect()
}

#[tokio::test]
async fn who_sees_which_apps() {
    each(|service| async move {
        let published = service.app(public("Published")).await;
        service.set_status(&published, AppStatus::Published).await;
        service.app(public("Unpublished")).await;
        service.app(internal("Internal")).await;
        let installation = service.installed(&published).await;

        let insider = member(&service.acme, Role::Member);
        let (outsider, app) = (service.outsider(), app_of(&installation));
        for (caller, filter, expected) in [
            (&insider, AppFilter::Unspecified, &["Published"][..]),
            (&insider, AppFilter::Published, &["Published"]),
            (&insider, AppFilter::Unpublished, &["Unpublished"]),
            (&insider, AppFilter::Internal, &["Internal"]),
            (&insider, AppFilter::DeletionInProgress, &["Published"]),
            (&outsider, AppFilter::Published, &["Published"]),
            (&outsider, AppFilter::Unpublished, &[]),
            (&outsider, AppFilter::Internal, &[]),
            (&Caller::User(stranger()), AppFilter::Unspecified, &["Published"]),
            (&app, AppFilter::Unspecified, &["Published"]),
            (&app, AppFilter::Internal, &[]),
            (&superuser(), AppFilter::Unspecified, &["Internal", "Unpublished", "Published"]),
            (&superuser(), AppFilter::Internal, &["Internal"]),
            (&staff(), AppFilter::Unspecified, &["Internal", "Unpublished", "Published"]),
            (&staff(), AppFilter::Unpublished, &["Unpublished"]),
            (&staff_with_token(&[Scope::OrgRead]), AppFilter::Unspecified, &["Published"]),
            (&staff_with_token(&[Scope::OrgRead]), AppFilter::Internal, &[]),
        ] {
            assert_eq!(names(&service, caller, filter, "").await, expected, "{caller:?} {filter:?}");
        }
        assert_eq!(
            reason(list(&service, &Caller::Anonymous, ListAppsRequest::default()).await),
            "NO_CREDENTIALS"
        );

        let all = ["Internal", "Unpublished", "Published"];
        assert_eq!(names(&service, &insider, AppFilter::Unspecified, "acme").await, all);
        assert_eq!(names(&service, &insider, AppFilter::Internal, "acme").await, ["Internal"]);
        assert!(names(&service, &outsider, AppFilter::Unspecified, "other-corp").await.is_empty());
        let foreign = ListAppsRequest { organization: "acme".into(), ..Default::default() };
        assert_eq!(reason(list(&service, &outsider, foreign.clone()).await), "PERMISSION_DENIED");
        assert_eq!(reason(list(&service, &app, foreign).await), "PERMISSION_DENIED");
    })
    .await;
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    each(|service| async move {
        for number in 0..5 {
            service.app(public(&format!("App {number}"))).await;
        }
        let page = async |offset: i32| {
            let message = ListAppsRequest {
                filter: AppFilter::Unpublished.into(),
                offset,
                limit: 2,
                ..Default::default()
            };
            let found = list(&service, &service.manager(), message).await.unwrap().into_inner();
            (found.apps.into_iter().map(|app| app.name).collect::<Vec<_>>(), found.has_more)
        };
        assert_eq!(page(0).await, (vec!["App 4".into(), "App 3".into()], true));
        assert_eq!(page(4).await, (vec!["App 0".into()], false));
        assert_eq!(page(i32::MAX).await, (vec![], false));
    })
    .await;
}

#[tokio::test]
async fn apps_that_are_too_large_for_one_message_are_listed_on_several_pages() {
    each(|service| async move {
        for number in 0..7 {
            service.app(public(&format!("App {number}"))).await;
        }
        // A text that was stored before there was a limit.
        let query = service.db.query("update apps set overview = $1");
        query.bind("x".repeat(1024 * 1024)).execute().await.unwrap();
        let (mut found, mut pages) = (Vec::new(), 0);
        loop {
            let offset = i32::try_from(found.len()).unwrap();
            let message = ListAppsRequest { organization: "acme".into(), offset, ..Default::default() };
            let page = list(&service, &service.manager(), message).await.unwrap().into_inner();
            found.extend(page.apps.into_iter().map(|app| app.name));
            pages += 1;
            if !page.has_more {
                break;
            }
        }
        let expected: Vec<_> = (0..7).rev().map(|number| format!("App {number}")).collect();
        assert_eq!((found, pages), (expected, 4), "two of them fit on a page");
    })
    .await;
}
