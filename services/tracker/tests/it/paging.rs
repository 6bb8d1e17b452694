//! Every list of the service is read page by page, where as many rows as possible have the same time.

use std::cell::RefCell;
use std::collections::BTreeSet;

use patchbay_proto::tracker::{
    CreateCommentRequest, CreateMetricRuleRequest, CreateTeamRequest, CreateUserRequest, IssueFilter,
    ListActivityRequest, ListEventsRequest, ListIssuesRequest, ListMembersRequest, ListMetricRulesRequest,
    ListOrganizationsRequest, ListProjectsRequest, ListTeamsRequest, ListUsersRequest, MetricTrigger,
    SetMemberRequest,
};
use patchbay_rpc::{request, request_as};
use patchbay_testkit::pages::{each_row_once, paged_rpcs};
use serde_json::json;

use crate::service::{Service, caller, each};

const ROWS: usize = 12;

/// Fills the lists of `acme` while the clock stands still.
async fn fill(tracker: &Service) -> i64 {
    tracker.organization("Acme").await;
    tracker.project("acme", "Front End").await;
    // Errors of several issues with the same time and number.
    let errors: Vec<_> = (0..ROWS * 4).map(|n| json!({ "message": format!("boom {}", n % ROWS) })).collect();
    let issue_id = tracker.record(&errors).await[0].issue_id;
    for n in 0..ROWS {
        tracker.organization(&format!("Company {n}")).await;
        tracker.project("acme", &format!("Project {n}")).await;
        // Lists of people compare only ASCII letters without case.
        let ada = CreateUserRequest {
            name: format!("Äda {n}"),
            email: format!("ada{n}@example.com"),
            ..Default::default()
        };
        let ada = tracker.directory().create_user(request(ada)).await.unwrap().into_inner();
        let member = SetMemberRequest { organization: "acme".into(), user_id: ada.id, role: "member".into() };
        let ada = tracker.directory().set_member(request(member)).await.unwrap().into_inner();
        let invitation = patchbay_proto::tracker::InviteMemberRequest {
            organization: "acme".into(),
            email: format!("invited{n}@example.com"),
            role: "member".into(),
        };
        tracker.directory().invite_member(request(invitation)).await.unwrap();
        let team = CreateTeamRequest {
            organization: "acme".into(),
            name: format!("Team {n}"),
            ..Default::default()
        };
        tracker.projects().create_team(request(team)).await.unwrap();
        let comment = CreateCommentRequest { issue_id, text: "Hm.".into(), ..Default::default() };
        tracker.issues().create_comment(request_as(&caller(&ada), comment)).await.unwrap();
        let trigger = MetricTrigger { label: "critical".into(), alert_threshold: 1000, ..Default::default() };
        let rule = CreateMetricRuleRequest {
            organization: "acme".into(),
            project: "front-end".into(),
            name: format!("Rule {n}"),
            time_window: 10,
            triggers: vec![trigger],
            resolve_threshold: None,
            query: None,
        };
        tracker.alerts().create_metric_rule(request(rule)).await.unwrap();
    }
    issue_id
}

#[tokio::test]
async fn all_pages_of_a_list_hold_each_row_once() {
    each(|tracker| async move {
        let issue_id = fill(&tracker).await;
        let walked = RefCell::new(BTreeSet::new());
        // The client, the RPC, its request without the page, and the ids of the rows of a response.
        macro_rules! walk {
            ($client:ident, $rpc:ident, $request:expr, $count:expr, $rows:expr) => {{
                walked.borrow_mut().insert(stringify!($rpc).replace('_', ""));
                each_row_once(stringify!($rpc), $count, async |offset: Option<i32>, limit| {
                    let offset = offset.unwrap_or_default();
                    let mut of_page = $request;
                    (of_page.offset, of_page.limit) = (offset, limit);
                    let page = tracker.$client().$rpc(request(of_page)).await.unwrap().into_inner();
                    let has_more = page.has_more;
                    let rows: Vec<_> = $rows(page);
                    let next = has_more.then(|| offset + rows.len() as i32);
                    (rows, next)
                })
                .await;
            }};
        }
        let of_acme = || "acme".to_owned();
        let events = |page: patchbay_proto::tracker::ListEventsResponse| {
            page.events.into_iter().map(|event| event.event_id).collect::<Vec<_>>()
        };
        let project = || "front-end".to_owned();
        let of_project =
            ListEventsRequest { organization: of_acme(), project: project(), ..Default::default() };
        walk!(issues, list_events, of_project.clone(), ROWS * 4, events);
        walk!(issues, list_events, ListEventsRequest { issue_id, ..Default::default() }, 4, events);
        let of_issue = ListActivityRequest { issue_id, ..Default::default() };
        walk!(
            issues,
            list_activity,
            of_issue.clone(),
            ROWS + 1,
            |page: patchbay_proto::tracker::ListActivityResponse| {
                page.activities.into_iter().map(|row| row.id).collect()
            }
        );
        let comments = ListActivityRequest { comments_only: true, ..of_issue };
        walk!(
            issues,
            list_activity,
            comments.clone(),
            ROWS,
            |page: patchbay_proto::tracker::ListActivityResponse| {
                page.activities.into_iter().map(|row| row.id).collect()
            }
        );
        let projects = ListProjectsRequest { organization: of_acme(), ..Default::default() };
        walk!(
            projects,
            list_projects,
            projects.clone(),
            ROWS + 1,
            |page: patchbay_proto::tracker::ListProjectsResponse| {
                page.projects.into_iter().map(|row| row.id).collect()
            }
        );
        let teams = ListTeamsRequest { organization: of_acme(), ..Default::default() };
        walk!(
            projects,
            list_teams,
            teams.clone(),
            ROWS,
            |page: patchbay_proto::tracker::ListTeamsResponse| {
                page.teams.into_iter().map(|row| row.id).collect()
            }
        );
        let rules = ListMetricRulesRequest { organization: of_acme(), ..Default::default() };
        walk!(
            alerts,
            list_metric_rules,
            rules.clone(),
            ROWS,
            |page: patchbay_proto::tracker::ListMetricRulesResponse| {
                page.rules.into_iter().map(|row| row.id).collect()
            }
        );
        let organizations = ListOrganizationsRequest::default();
        walk!(
            directory,
            list_organizations,
            organizations,
            ROWS + 1,
            |page: patchbay_proto::tracker::ListOrganizationsResponse| {
                page.organizations.into_iter().map(|row| row.id).collect()
            }
        );
        let users = ListUsersRequest::default();
        walk!(
            directory,
            list_users,
            users.clone(),
            ROWS,
            |page: patchbay_proto::tracker::ListUsersResponse| {
                page.users.into_iter().map(|row| row.id).collect()
            }
        );
        for (query, with_invitations, count) in [
            ("", false, ROWS),
            ("", true, 2 * ROWS),
            ("äda", true, 0),
            ("Äda", true, ROWS),
            ("ited", true, ROWS),
        ] {
            let members = ListMembersRequest {
                organization: of_acme(),
                query: query.into(),
                with_invitations,
                ..Default::default()
            };
            walk!(
                directory,
                list_members,
                members.clone(),
                count,
                |page: patchbay_proto::tracker::ListMembersResponse| {
                    let invited = page.invitations.into_iter().map(|row| row.id);
                    let members = page.members.into_iter().map(|row| row.user.unwrap().id);
                    members.chain(invited).collect()
                }
            );
        }
        // The pages of these are walked in `audit.rs` and `alerts.rs`.
        walked.borrow_mut().extend(["listentries", "listrules"].map(str::to_owned));

        walked.borrow_mut().insert("listissues".to_owned());
        for (sort, query) in
            [("date", ""), ("new", ""), ("date", "boom"), ("new", "is:unresolved level:error")]
        {
            each_row_once(&format!("list_issues by {sort}"), ROWS, async |cursor: Option<String>, limit| {
                let filter =
                    IssueFilter { organization: of_acme(), query: query.into(), ..Default::default() };
                let page = ListIssuesRequest {
                    filter: Some(filter),
                    sort: sort.into(),
                    cursor: cursor.unwrap_or_default(),
                    limit,
                };
                let page = tracker.issues().list_issues(request(page)).await.unwrap().into_inner();
                let ids = page.issues.into_iter().map(|issue| issue.id).collect();
                (ids, Some(page.next_cursor).filter(|cursor| !cursor.is_empty()))
            })
            .await;
        }

        let paged: BTreeSet<String> =
            paged_rpcs("patchbay.tracker.v1").iter().map(|name| name.to_ascii_lowercase()).collect();
        assert_eq!(walked.into_inner(), paged, "every list with pages is walked");
    })
    .await;
}
