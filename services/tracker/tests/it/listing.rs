use patchbay_domain::{Caller, Role};
use patchbay_proto::tracker::update_issues_request::Issues as Which;
use patchbay_proto::tracker::{IssueFilter, ListIssuesRequest, ListIssuesResponse, UpdateIssuesRequest};
use patchbay_rpc::{request, request_as};
use serde_json::json;

use crate::service::{Service, caller, each, reason, user};
use crate::status::update;

fn search(query: &str) -> ListIssuesRequest {
    let filter =
        IssueFilter { organization: "acme".to_owned(), query: query.to_owned(), ..Default::default() };
    ListIssuesRequest { filter: Some(filter), ..Default::default() }
}

async fn list(tracker: &Service, asked: ListIssuesRequest) -> ListIssuesResponse {
    tracker.issues().list_issues(request(asked)).await.unwrap().into_inner()
}

fn titles(page: &ListIssuesResponse) -> Vec<String> {
    page.issues.iter().map(|issue| issue.title.clone()).collect()
}

async fn record(tracker: &Service, title: &str) -> i64 {
    tracker.clock.advance(std::time::Duration::from_secs(1));
    tracker.record(&[json!({ "message": title })]).await[0].issue_id
}

#[tokio::test]
async fn issues_are_found_by_status_assignee_and_words() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let ada = tracker.worker("acme", "Ada", "member").await;
        let disk = record(&tracker, "Disk is full").await;
        let cable = record(&tracker, "Cable is cut on Disk-7").await;
        record(&tracker, "Ärger").await;
        let resolve = UpdateIssuesRequest { status: Some("resolved".to_owned()), ..update(&[disk]) };
        tracker.issues().update_issues(request(resolve)).await.unwrap();
        let assign =
            UpdateIssuesRequest { assigned_to: Some("ada@example.com".to_owned()), ..update(&[cable]) };
        tracker.issues().update_issues(request(assign)).await.unwrap();

        let (full, cut, other) = ("Disk is full", "Cable is cut on Disk-7", "Ärger");
        for (query, expected) in [
            ("", vec![other, cut, full]),
            ("is:unresolved", vec![other, cut]),
            ("is:resolved", vec![full]),
            ("is:ignored", vec![]),
            ("disk", vec![cut, full]),
            ("DIS is:resolved", vec![full]),
            ("cable full", vec![]),
            ("ärg", vec![other]),
            ("assigned:ada@example.com", vec![cut]),
            ("assigned:none", vec![other, full]),
            ("is:assigned", vec![cut]),
            ("assigned:#unknown", vec![]),
            ("assigned:unknown@example.com", vec![]),
            ("FRONT-END-2", vec![cut]),
            ("front-end-9", vec![]),
        ] {
            assert_eq!(titles(&list(&tracker, search(query)).await), expected, "{query:?}");
        }
        let mine = tracker.issues().list_issues(request_as(&caller(&ada), search("assigned:me"))).await;
        assert_eq!(titles(&mine.unwrap().into_inner()), [cut]);
    })
    .await;
}

#[tokio::test]
async fn pages_lead_forth_and_back_and_nothing_is_lost_between_them() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        for n in 0..7 {
            record(&tracker, &format!("boom {n}")).await;
        }
        for sort in ["date", "new"] {
            let page = |cursor: &str| {
                let (sort, cursor) = (sort.to_owned(), cursor.to_owned());
                ListIssuesRequest { sort, cursor, limit: 3, ..search("boom") }
            };
            let first = list(&tracker, page("")).await;
            assert_eq!(titles(&first), ["boom 6", "boom 5", "boom 4"]);
            assert_eq!(first.previous_cursor, "");
            let second = list(&tracker, page(&first.next_cursor)).await;
            assert_eq!(titles(&second), ["boom 3", "boom 2", "boom 1"]);
            let third = list(&tracker, page(&second.next_cursor)).await;
            assert_eq!((titles(&third), third.next_cursor.as_str()), (vec!["boom 0".to_owned()], ""));
            let back = list(&tracker, page(&third.previous_cursor)).await;
            assert_eq!(titles(&back), titles(&second));
            let begin = list(&tracker, page(&back.previous_cursor)).await;
            assert_eq!((titles(&begin), begin.previous_cursor.as_str()), (titles(&first), ""));
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_is_of_one_organization_or_project() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        let initech = tracker.organization("Initech").await;
        for (organization, project) in [("acme", "Front End"), ("acme", "Back"), ("initech", "Front End")] {
            tracker.project(organization, project).await;
        }
        tracker.issue("acme", "front-end", "one").await;
        tracker.issue("acme", "back", "two").await;
        tracker.issue("initech", "front-end", "three").await;
        let of = |projects: &[&str]| {
            let mut asked = search("");
            asked.filter.as_mut().unwrap().projects =
                projects.iter().map(|slug| (*slug).to_owned()).collect();
            asked
        };
        assert_eq!(titles(&list(&tracker, of(&["back"])).await), ["two"]);
        assert_eq!(list(&tracker, of(&["back", "front-end"])).await.issues.len(), 2);
        assert_eq!(list(&tracker, of(&[])).await.issues.len(), 2);
        assert_eq!(
            reason(tracker.issues().list_issues(request(of(&["nothing"]))).await),
            "PROJECT_NOT_FOUND"
        );
        for stranger in [user(&initech, Role::Owner), Caller::Anonymous] {
            let answer = tracker.issues().list_issues(request_as(&stranger, search(""))).await;
            assert_eq!(reason(answer), "PERMISSION_DENIED");
        }
        assert!(
            tracker.issues().list_issues(request_as(&user(&acme, Role::Member), search(""))).await.is_ok()
        );
    })
    .await;
}

#[tokio::test]
async fn common_words_are_looked_for_a_part_at_a_time_and_nothing_is_missed() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let error = |title: String| json!({ "message": title });
        let both: Vec<_> = (0..3).map(|n| error(format!("even odd {n}"))).collect();
        tracker.record(&both).await;
        // Both words are common, so the index does not narrow the search.
        for word in ["even", "odd"] {
            for hundreds in 0..14 {
                let titles = (0..150).map(|n| error(format!("{word} {hundreds} {n}"))).collect::<Vec<_>>();
                tracker.record(&titles).await;
            }
        }
        for sort in ["date", "new"] {
            let page = |cursor: &str| {
                let (sort, cursor) = (sort.to_owned(), cursor.to_owned());
                ListIssuesRequest { sort, cursor, limit: 100, ..search("even odd") }
            };
            let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
            let last = loop {
                let listed = list(&tracker, page(&cursor)).await;
                found.extend(titles(&listed));
                pages += 1;
                match listed.next_cursor.as_str() {
                    "" => break listed,
                    next => next.clone_into(&mut cursor),
                }
            };
            assert_eq!((pages, found.len()), (3, 3), "{sort}: {found:?}");
            let mut back = last.previous_cursor;
            for _ in 0..pages {
                let listed = list(&tracker, page(&back)).await;
                assert_eq!(listed.issues.len(), 0, "the way back is the same");
                back = listed.previous_cursor;
            }
            assert_eq!(back, "");
            let first = list(&tracker, ListIssuesRequest { limit: 1, ..search("odd is:unresolved") }).await;
            assert_eq!(first.issues.len(), 1, "what is near is found at once");
        }
        let filter = search("even odd").filter;
        let resolve = UpdateIssuesRequest {
            issues: filter.map(Which::Filter),
            status: Some("resolved".to_owned()),
            ..Default::default()
        };
        let changed = tracker.issues().update_issues(request(resolve)).await.unwrap().into_inner();
        assert_eq!(changed.issues.len(), 3, "who changes all of them changes all of them");
    })
    .await;
}

#[tokio::test]
async fn a_search_that_makes_no_sense_is_refused() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        for (asked, expected) in [
            (search("is:open"), "INVALID_SEARCH"),
            (search("level:bad"), "INVALID_SEARCH"),
            (search("environment:prod"), "INVALID_SEARCH"),
            (ListIssuesRequest { sort: "luck".to_owned(), ..search("") }, "INVALID_SEARCH"),
            (ListIssuesRequest { cursor: "x".to_owned(), ..search("") }, "INVALID_CURSOR"),
            (ListIssuesRequest::default(), "ORGANIZATION_NOT_FOUND"),
        ] {
            assert_eq!(reason(tracker.issues().list_issues(request(asked)).await), expected);
        }
    })
    .await;
}
