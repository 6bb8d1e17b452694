//! Every list of the service is read page by page, where every row has the same time.

use std::cell::RefCell;
use std::collections::BTreeSet;

use patchbay_domain::Role;
use patchbay_proto::installation::{
    AppFilter, AppStatus, ListAppsRequest, ListAppsResponse, ListInstallationsRequest,
    ListInstallationsResponse, ListPublicationRequestsRequest, ListPublicationRequestsResponse,
    ListStatsRequest, ListStatsResponse, QuestionnaireEntry, RequestPublicationRequest, UpdateAppRequest,
};
use patchbay_rpc::request_as;
use patchbay_testkit::pages::{each_row_once, paged_rpcs};

use crate::callers::{member, superuser};
use crate::publishing::picture;
use crate::service::{Service, each, public, update};

const ROWS: usize = 8;
const SCHEMA: &str =
    r#"{"elements":[{"type":"issue-media","title":"Video","elements":[{"type":"video","url":"/v"}]}]}"#;

/// Published apps that the other organization has installed, and as many that wait for a review.
async fn fill(service: &Service) {
    for n in 0..ROWS {
        let app = service.app(public(&format!("Published {n}"))).await;
        let components = UpdateAppRequest { schema_json: Some(SCHEMA.into()), ..update(&app) };
        service.apps.clone().update_app(request_as(&service.manager(), components)).await.unwrap();
        service.set_status(&app, AppStatus::Published).await;
        service.installed(&app).await;
        let app = service.app(public(&format!("Waiting {n}"))).await;
        picture(service, &app, "logo").await;
        let entry = QuestionnaireEntry { question: "What does it do?".into(), answer: "It hooks.".into() };
        let review = RequestPublicationRequest { app: app.slug, questionnaire: vec![entry] };
        let owner = member(&service.acme, Role::Owner);
        let outcome = service.publishing.clone().request_publication(request_as(&owner, review)).await;
        outcome.unwrap();
    }
}

#[tokio::test]
async fn all_pages_of_a_list_hold_each_row_once() {
    each(|service| async move {
        fill(&service).await;
        let (all, outsider, other) = (superuser(), service.outsider(), service.other.slug.clone());
        let walked = RefCell::new(BTreeSet::new());
        // The client, the RPC, its caller and request without the page, and the ids of the rows of a response.
        macro_rules! walk {
            ($client:ident, $rpc:ident, $caller:expr, $request:expr, $count:expr, $rows:expr) => {{
                walked.borrow_mut().insert(stringify!($rpc).replace('_', ""));
                each_row_once(stringify!($rpc), $count, async |offset: Option<i32>, limit| {
                    let offset = offset.unwrap_or_default();
                    let mut of_page = $request;
                    (of_page.offset, of_page.limit) = (offset, limit);
                    let answer = service.$client.clone().$rpc(request_as($caller, of_page)).await;
                    let page = answer.unwrap().into_inner();
                    let has_more = page.has_more;
                    let rows: Vec<_> = $rows(page);
                    let next = has_more.then(|| offset + rows.len() as i32);
                    (rows, next)
                })
                .await;
            }};
        }
        let apps = |page: ListAppsResponse| page.apps.into_iter().map(|app| app.id).collect();
        let of_filter = |filter: AppFilter| ListAppsRequest { filter: filter.into(), ..Default::default() };
        walk!(apps, list_apps, &all, of_filter(AppFilter::Unspecified), 2 * ROWS, apps);
        walk!(apps, list_apps, &outsider, of_filter(AppFilter::Published), ROWS, apps);
        let of_acme = ListAppsRequest { organization: "acme".into(), ..Default::default() };
        walk!(apps, list_apps, &service.manager(), of_acme.clone(), 2 * ROWS, apps);
        walk!(apps, list_stats, &all, ListStatsRequest::default(), 2 * ROWS, |page: ListStatsResponse| {
            page.apps.into_iter().map(|app| app.slug).collect()
        });
        let of_other = ListInstallationsRequest { organization: other.clone(), ..Default::default() };
        let installations =
            |page: ListInstallationsResponse| page.installations.into_iter().map(|one| one.uuid).collect();
        walk!(installations, list_installations, &outsider, of_other.clone(), ROWS, installations);
        let waiting = |page: ListPublicationRequestsResponse| {
            page.requests.into_iter().map(|request| request.app_id).collect()
        };
        let requests = ListPublicationRequestsRequest::default();
        walk!(publishing, list_publication_requests, &all, requests, ROWS, waiting);

        // Not walked here: event types are ordered by their unique name, components by installation and position, and the pages of an app's
        // installations are walked in `reading_installations.rs`.
        let others = ["listeventtypes", "listappinstallations", "listcomponents"];
        walked.borrow_mut().extend(others.map(str::to_owned));
        let paged: BTreeSet<String> =
            paged_rpcs("patchbay.installation.v1").iter().map(|name| name.to_ascii_lowercase()).collect();
        assert_eq!(walked.into_inner(), paged, "every list with pages is walked");
    })
    .await;
}
