use patchbay_domain::Scope;
use patchbay_proto::tracker::{
    CreateCommentRequest, CreateTeamRequest, DeleteTeamRequest, ListActivityRequest, ListHistoryRequest,
    SetProjectTeamRequest, SetTeamMemberRequest, UpdateIssuesRequest, UpdateOrganizationRequest,
};
use patchbay_rpc::{request, request_as};
use serde_json::{Value, json};

use crate::published::Published;
use crate::service::{Service, app, caller, each, reason, refusal};
use crate::status::update;

fn assign(id: i64, to: &str) -> UpdateIssuesRequest {
    UpdateIssuesRequest { assigned_to: Some(to.to_owned()), ..update(&[id]) }
}

async fn assigned(tracker: &Service, id: i64, to: &str) -> Value {
    let answer = tracker.issues().update_issues(request(assign(id, to))).await.unwrap();
    let document: Value = serde_json::from_slice(&answer.into_inner().issues[0].document_json).unwrap();
    document["assignedTo"].clone()
}

async fn team(tracker: &Service, slug: &str, members: &[i64]) -> i64 {
    let wanted = CreateTeamRequest { organization: "acme".into(), slug: slug.into(), ..Default::default() };
    let team = tracker.projects().create_team(request(wanted)).await.unwrap().into_inner();
    for user_id in members {
        let (organization, team) = ("acme".to_owned(), slug.to_owned());
        let member = SetTeamMemberRequest { organization, team, user_id: *user_id, is_member: true };
        tracker.projects().set_team_member(request(member)).await.unwrap();
    }
    team.id
}

async fn give_access(tracker: &Service, team: &str) {
    let (organization, project) = ("acme".to_owned(), "front-end".to_owned());
    let access = SetProjectTeamRequest { organization, project, team: team.into(), has_access: true };
    tracker.projects().set_project_team(request(access)).await.unwrap();
}

#[tokio::test]
async fn only_an_effective_assignment_is_published() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let ada = tracker.worker("acme", "Ada", "member").await;
        let bob = tracker.worker("acme", "Bob", "member").await;
        let core = team(&tracker, "core", &[ada.id]).await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let mut published = Published::by(&tracker);
        assert_eq!(published.next().await.0, "issue.created");

        let expected =
            json!({ "type": "user", "id": ada.id.to_string(), "name": "Ada", "email": "ada@example.com" });
        assert_eq!(assigned(&tracker, id, &format!("user:{}", ada.id)).await, expected);
        let (kind, data, _) = published.next().await;
        assert_eq!(kind, "issue.assigned");
        let expected = json!({ "type": "user", "name": "Ada", "id": ada.id, "email": "ada@example.com" });
        assert_eq!(data["assignee"].to_string(), expected.to_string());
        assert_eq!(data["issue"]["assignedTo"]["name"], "Ada");

        assigned(&tracker, id, "ada@example.com").await;
        assigned(&tracker, id, "Bob@example.com").await;
        assert_eq!(
            published.next().await.1["assignee"]["id"],
            bob.id,
            "a repeated assignment is not published"
        );

        give_access(&tracker, "core").await;
        assert_eq!(assigned(&tracker, id, "#core").await["type"], "team");
        let expected = json!({ "type": "team", "name": "core", "id": core });
        assert_eq!(published.next().await.1["assignee"], expected);

        assert_eq!(assigned(&tracker, id, "").await, Value::Null);
        assigned(&tracker, id, "").await;
        assigned(&tracker, id, &format!("{}", ada.id)).await;
        assert_eq!(published.next().await.1["assignee"]["name"], "Ada", "unassigning is not published");
    })
    .await;
}

#[tokio::test]
async fn only_members_with_access_to_the_project_can_be_assigned() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.organization("Initech").await;
        tracker.project("acme", "Front End").await;
        let ada = tracker.worker("acme", "Ada", "member").await;
        let bob = tracker.worker("acme", "Bob", "member").await;
        let mia = tracker.worker("acme", "Mia", "manager").await;
        let eve = tracker.worker("initech", "Eve", "owner").await;
        team(&tracker, "core", &[ada.id]).await;
        team(&tracker, "other", &[bob.id]).await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        assert_eq!(assigned(&tracker, id, &format!("user:{}", bob.id)).await["name"], "Bob", "no team yet");

        give_access(&tracker, "core").await;
        for (to, expected) in [
            (format!("user:{}", bob.id), "Cannot assign to non-team member"),
            ("#other".to_owned(), "Cannot assign to a team without access to the project"),
            (format!("user:{}", eve.id), "Unknown actor input"),
            ("eve@example.com".to_owned(), "Unknown actor input"),
            ("#unknown".to_owned(), "Unknown actor input"),
            ("user:0".to_owned(), "Unknown actor input"),
        ] {
            let error = refusal(tracker.issues().update_issues(request(assign(id, &to))).await);
            assert_eq!(error.fields[0].messages, [expected], "{to}");
        }
        for user in [&ada, &mia] {
            assert_eq!(assigned(&tracker, id, &format!("user:{}", user.id)).await["name"], user.name);
        }
    })
    .await;
}

#[tokio::test]
async fn a_private_e_mail_address_is_not_published() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        tracker.worker("acme", "Ada", "member").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let private = UpdateOrganizationRequest {
            organization: "acme".into(),
            enhanced_privacy: Some(true),
            ..Default::default()
        };
        tracker.directory().update_organization(request(private)).await.unwrap();
        assigned(&tracker, id, "ada@example.com").await;
        let mut published = Published::by(&tracker);
        assert_eq!(published.next().await.0, "issue.created");
        let (_, data, event) = published.next().await;
        assert_eq!(data["assignee"]["name"], "Ada");
        assert!(!String::from_utf8_lossy(&event.data_json).contains("ada@example.com"));
    })
    .await;
}

#[tokio::test]
async fn an_assignee_is_subscribed_until_the_issue_is_reassigned() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let ada = tracker.worker("acme", "Ada", "member").await;
        tracker.worker("acme", "Bob", "member").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let seen_by_ada = async || -> Value {
            let answer =
                tracker.issues().update_issues(request_as(&caller(&ada), update(&[id]))).await.unwrap();
            serde_json::from_slice(&answer.into_inner().issues[0].document_json).unwrap()
        };
        assert_eq!(seen_by_ada().await["isSubscribed"], false);
        assigned(&tracker, id, "ada@example.com").await;
        assert_eq!(seen_by_ada().await["subscriptionDetails"], json!({ "reason": "assigned" }));
        assigned(&tracker, id, "bob@example.com").await;
        assert_eq!(seen_by_ada().await["isSubscribed"], false);
        let wanted = UpdateIssuesRequest { is_subscribed: Some(true), ..update(&[id]) };
        tracker.issues().update_issues(request_as(&caller(&ada), wanted)).await.unwrap();
        assert_eq!(seen_by_ada().await["isSubscribed"], true);
    })
    .await;
}

/// The subscribers of an issue, with the reason.
async fn subscribers(tracker: &Service, id: i64) -> Vec<(String, i64, String)> {
    tracker
        .db
        .query(
            "select subscriber, subscriber_id, reason from issue_subscriptions where issue_id = $1
             order by subscriber desc, subscriber_id",
        )
        .bind(id)
        .fetch_all()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_former_assignee_is_unsubscribed_unless_their_team_is_assigned() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let ada = tracker.worker("acme", "Ada", "member").await;
        let bob = tracker.worker("acme", "Bob", "member").await;
        let core = team(&tracker, "core", &[ada.id, bob.id]).await;
        let other = team(&tracker, "other", &[bob.id]).await;
        give_access(&tracker, "core").await;
        give_access(&tracker, "other").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let user = |id| ("user".to_owned(), id, "assigned".to_owned());
        let of_team = |id| ("team".to_owned(), id, "assigned".to_owned());

        assigned(&tracker, id, "ada@example.com").await;
        assert_eq!(subscribers(&tracker, id).await, [user(ada.id)]);
        assigned(&tracker, id, "#core").await;
        assert_eq!(subscribers(&tracker, id).await, [user(ada.id), of_team(core)], "she is in that team");
        assigned(&tracker, id, "#other").await;
        assert_eq!(subscribers(&tracker, id).await, [user(ada.id), of_team(other)]);
        assigned(&tracker, id, "").await;
        assert_eq!(subscribers(&tracker, id).await, [user(ada.id)], "the team has it no more");

        assigned(&tracker, id, "bob@example.com").await;
        assigned(&tracker, id, "ada@example.com").await;
        assigned(&tracker, id, "#other").await;
        assert_eq!(subscribers(&tracker, id).await, [of_team(other)], "she is not in that one");
    })
    .await;
}

#[tokio::test]
async fn a_comment_subscribes_its_author() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let ada = tracker.worker("acme", "Ada", "member").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let comment = CreateCommentRequest { issue_id: id, text: "x".into(), ..Default::default() };
        tracker.issues().create_comment(request_as(&caller(&ada), comment)).await.unwrap();
        assigned(&tracker, id, "ada@example.com").await;
        assigned(&tracker, id, "").await;
        assert_eq!(subscribers(&tracker, id).await, [("user".to_owned(), ada.id, "comment".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn an_effective_assignment_is_written_to_activity_and_history() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let ada = tracker.worker("acme", "Ada", "member").await;
        let core = team(&tracker, "core", &[ada.id]).await;
        give_access(&tracker, "core").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let hooks = app(&acme, &[Scope::EventWrite]);
        for (who, to) in [
            (caller(&ada), ""),
            (caller(&ada), "ada@example.com"),
            (caller(&ada), "ada@example.com"),
            (hooks.clone(), "#core"),
            (hooks.clone(), ""),
            (hooks, ""),
        ] {
            tracker.clock.advance(std::time::Duration::from_secs(1));
            tracker.issues().update_issues(request_as(&who, assign(id, to))).await.unwrap();
        }
        let asked = ListActivityRequest { issue_id: id, ..Default::default() };
        let listed = tracker.issues().list_activity(request(asked)).await.unwrap().into_inner();
        let entries: Vec<(String, Value, Value)> = listed
            .activities
            .iter()
            .map(|entry| {
                let document: Value = serde_json::from_slice(&entry.document_json).unwrap();
                (entry.r#type.clone(), document["data"].clone(), document["user"]["name"].clone())
            })
            .collect();
        let to_ada = json!({
            "assignee": ada.id.to_string(), "assigneeEmail": "ada@example.com", "assigneeType": "user",
        });
        let to_core = json!({ "assignee": core.to_string(), "assigneeEmail": null, "assigneeType": "team" });
        let entry = |kind: &str, data: Value, user: Value| (kind.to_owned(), data, user);
        assert_eq!(
            entries,
            [
                entry("unassigned", json!({}), Value::Null),
                entry("assigned", to_core, Value::Null),
                entry("assigned", to_ada, json!("Ada")),
                entry("first_seen", json!({}), Value::Null),
            ]
        );
        let asked = ListHistoryRequest { issue_id: id };
        let history = tracker.issues().list_history(request(asked)).await.unwrap().into_inner();
        let states: Vec<_> = history.entries.iter().map(|entry| entry.state.as_str()).collect();
        assert_eq!(states, ["new", "assigned", "assigned", "unassigned"]);
    })
    .await;
}

#[tokio::test]
async fn deleting_a_team_unassigns_its_issues() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        team(&tracker, "core", &[]).await;
        give_access(&tracker, "core").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        assigned(&tracker, id, "#core").await;
        let delete = DeleteTeamRequest { organization: "acme".into(), team: "core".into() };
        tracker.projects().delete_team(request(delete.clone())).await.unwrap();
        assert_eq!(tracker.read(id).await["assignedTo"], Value::Null);
        assert_eq!(reason(tracker.projects().delete_team(request(delete)).await), "TEAM_NOT_FOUND");
    })
    .await;
}
