use patchbay_proto::tracker::{
    CreateTeamRequest, DeleteTeamRequest, SetProjectTeamRequest, SetTeamMemberRequest, UpdateIssuesRequest,
    UpdateOrganizationRequest,
};
use patchbay_rpc::{request, request_as};
use serde_json::{Value, json};

use crate::running::{Running, caller, each, reason, refusal};
use crate::status::update;
use crate::told::Told;

fn assign(id: i64, to: &str) -> UpdateIssuesRequest {
    UpdateIssuesRequest { assigned_to: Some(to.to_owned()), ..update(&[id]) }
}

async fn assigned(tracker: &Running, id: i64, to: &str) -> Value {
    let answer = tracker.issues().update_issues(request(assign(id, to))).await.unwrap();
    let document: Value = serde_json::from_slice(&answer.into_inner().issues[0].document_json).unwrap();
    document["assignedTo"].clone()
}

async fn team(tracker: &Running, slug: &str, members: &[i64]) -> i64 {
    let wanted = CreateTeamRequest { organization: "acme".into(), slug: slug.into(), ..Default::default() };
    let team = tracker.projects().create_team(request(wanted)).await.unwrap().into_inner();
    for user_id in members {
        let (organization, team) = ("acme".to_owned(), slug.to_owned());
        let member = SetTeamMemberRequest { organization, team, user_id: *user_id, is_member: true };
        tracker.projects().set_team_member(request(member)).await.unwrap();
    }
    team.id
}

async fn give_access(tracker: &Running, team: &str) {
    let (organization, project) = ("acme".to_owned(), "front-end".to_owned());
    let access = SetProjectTeamRequest { organization, project, team: team.into(), has_access: true };
    tracker.projects().set_project_team(request(access)).await.unwrap();
}

#[tokio::test]
async fn an_assignment_is_told_when_it_really_changes() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let ada = tracker.worker("acme", "Ada", "member").await;
        let bob = tracker.worker("acme", "Bob", "member").await;
        let core = team(&tracker, "core", &[ada.id]).await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let mut told = Told::by(&tracker);
        assert_eq!(told.next().await.0, "issue.created");

        let expected =
            json!({ "type": "user", "id": ada.id.to_string(), "name": "Ada", "email": "ada@example.com" });
        assert_eq!(assigned(&tracker, id, &format!("user:{}", ada.id)).await, expected);
        let (kind, data, _) = told.next().await;
        assert_eq!(kind, "issue.assigned");
        let expected = json!({ "type": "user", "name": "Ada", "id": ada.id, "email": "ada@example.com" });
        assert_eq!(data["assignee"].to_string(), expected.to_string());
        assert_eq!(data["issue"]["assignedTo"]["name"], "Ada");

        assigned(&tracker, id, "ada@example.com").await;
        assigned(&tracker, id, "Bob@example.com").await;
        assert_eq!(told.next().await.1["assignee"]["id"], bob.id, "the same again was not told");

        give_access(&tracker, "core").await;
        assert_eq!(assigned(&tracker, id, "#core").await["type"], "team");
        let expected = json!({ "type": "team", "name": "core", "id": core });
        assert_eq!(told.next().await.1["assignee"], expected);

        assert_eq!(assigned(&tracker, id, "").await, Value::Null);
        assigned(&tracker, id, "").await;
        assigned(&tracker, id, &format!("{}", ada.id)).await;
        assert_eq!(told.next().await.1["assignee"]["name"], "Ada", "nobody is told that nobody has it");
    })
    .await;
}

#[tokio::test]
async fn only_who_can_see_the_project_can_see_to_its_issues() {
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
            ("#nobody".to_owned(), "Unknown actor input"),
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
async fn an_e_mail_address_is_not_told_where_it_is_private() {
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
        let mut told = Told::by(&tracker);
        assert_eq!(told.next().await.0, "issue.created");
        let (_, data, event) = told.next().await;
        assert_eq!(data["assignee"]["name"], "Ada");
        assert!(!String::from_utf8_lossy(&event.data_json).contains("ada@example.com"));
    })
    .await;
}

#[tokio::test]
async fn whoever_sees_to_an_issue_hears_of_it_until_somebody_else_does() {
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

#[tokio::test]
async fn what_a_deleted_team_had_is_nobodys() {
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
