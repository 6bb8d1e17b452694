//! Sentry's contract for lists of apps.

use patchbay_domain::{Caller, Role};
use patchbay_proto::installation::{AppFilter, AppStatus, ListAppsRequest, ListAppsResponse};
use patchbay_rpc::request_as;
use tonic::{Response, Status};

use crate::callers::{app_of, member, stranger, superuser};
use crate::running::{Running, each, internal, public, reason};

async fn list(
    running: &Running,
    caller: &Caller,
    asked: ListAppsRequest,
) -> Result<Response<ListAppsResponse>, Status> {
    running.apps.clone().list_apps(request_as(caller, asked)).await
}

async fn names(running: &Running, caller: &Caller, filter: AppFilter, organization: &str) -> Vec<String> {
    let asked =
        ListAppsRequest { filter: filter.into(), organization: organization.into(), ..Default::default() };
    let found = list(running, caller, asked).await.unwrap().into_inner();
    assert!(!found.has_more);
    found.apps.into_iter().map(|app| app.name).collect()
}

#[tokio::test]
async fn who_sees_which_apps() {
    each(|running| async move {
        let published = running.app(public("Published")).await;
        running.set_status(&published, AppStatus::Published).await;
        running.app(public("Unpublished")).await;
        running.app(internal("Internal")).await;
        let installation = running.installed(&published).await;

        let insider = member(&running.acme, Role::Member);
        let (outsider, app) = (running.outsider(), app_of(&installation));
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
        ] {
            assert_eq!(names(&running, caller, filter, "").await, expected, "{caller:?} {filter:?}");
        }
        assert_eq!(
            reason(list(&running, &Caller::Anonymous, ListAppsRequest::default()).await),
            "NO_CREDENTIALS"
        );

        let all = ["Internal", "Unpublished", "Published"];
        assert_eq!(names(&running, &insider, AppFilter::Unspecified, "acme").await, all);
        assert_eq!(names(&running, &insider, AppFilter::Internal, "acme").await, ["Internal"]);
        assert!(names(&running, &outsider, AppFilter::Unspecified, "other-corp").await.is_empty());
        let foreign = ListAppsRequest { organization: "acme".into(), ..Default::default() };
        assert_eq!(reason(list(&running, &outsider, foreign.clone()).await), "ORGANIZATION_NOT_FOUND");
        assert_eq!(reason(list(&running, &app, foreign).await), "ORGANIZATION_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    each(|running| async move {
        for number in 0..5 {
            running.app(public(&format!("App {number}"))).await;
        }
        let page = async |offset: i32| {
            let asked = ListAppsRequest {
                filter: AppFilter::Unpublished.into(),
                offset,
                limit: 2,
                ..Default::default()
            };
            let found = list(&running, &running.manager(), asked).await.unwrap().into_inner();
            (found.apps.into_iter().map(|app| app.name).collect::<Vec<_>>(), found.has_more)
        };
        assert_eq!(page(0).await, (vec!["App 4".into(), "App 3".into()], true));
        assert_eq!(page(4).await, (vec!["App 0".into()], false));
        assert_eq!(page(i32::MAX).await, (vec![], false));
    })
    .await;
}
