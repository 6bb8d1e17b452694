use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{CreateIssueRequest, CreateProjectRequest};
use patchbay_rpc::request;
use serde_json::json;

use crate::platform::Platform;

/// A project of `acme` and the number of an issue in it.
async fn issue(platform: &Platform) -> i64 {
    let wanted = CreateProjectRequest {
        organization: "acme".into(),
        name: "Front End".into(),
        platform: "javascript".into(),
        ..Default::default()
    };
    ProjectsClient::new(platform.channel.clone()).create_project(request(wanted)).await.unwrap();
    let wanted = CreateIssueRequest {
        organization: "acme".into(),
        project: "front-end".into(),
        title: "ReferenceError: heck is not defined".into(),
        ..Default::default()
    };
    IssuesClient::new(platform.channel.clone()).create_issue(request(wanted)).await.unwrap().into_inner().id
}

#[tokio::test]
async fn an_issue_is_read_by_its_number_and_in_its_organization() {
    let platform = Platform::with_organizations().await;
    let (member, stranger) =
        (platform.member("acme", "member").await, platform.member("globex", "owner").await);
    let id = issue(&platform).await;
    for path in [format!("/api/0/issues/{id}/"), format!("/api/0/organizations/acme/issues/{id}/")] {
        let answer = platform.get(&path, &member).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
        let issue = answer.json();
        assert_eq!(issue["id"], id.to_string());
        assert_eq!(issue["title"], "ReferenceError: heck is not defined");
        // Whether a stranger learns that the organization exists is the tracker's decision.
        assert!(matches!(platform.get(&path, &stranger).await.status, 403 | 404));
    }
    let elsewhere = platform.get(&format!("/api/0/organizations/globex/issues/{id}/"), &member).await;
    assert!(matches!(elsewhere.status, 403 | 404));
    for odd in ["0", "-1", "x", "99999999999999999999", "1.0", "%00"] {
        assert_eq!(platform.get(&format!("/api/0/issues/{odd}/"), &member).await.status, 404, "{odd}");
    }
}

#[tokio::test]
async fn a_project_is_told_with_its_organization() {
    let platform = Platform::with_organizations().await;
    let member = platform.member("acme", "member").await;
    issue(&platform).await;
    let project = platform.get("/api/0/projects/acme/front-end/", &member).await;
    assert_eq!(project.status, 200, "{project:?}");
    let project = project.json();
    assert_eq!(project["slug"], "front-end");
    assert_eq!(project["platform"], "javascript");
    assert_eq!(project["organization"]["name"], json!("Acme"));
    assert_eq!(platform.get("/api/0/projects/acme/nothing/", &member).await.status, 404);
}
