//! Section 2.7.

use patchbay_proto::tracker::CreateProjectRequest;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_rpc::request;
use serde_json::{Value, json};

use crate::installations::{INSTALLATIONS, grant, published};
use crate::platform::Platform;

async fn project(platform: &Platform, organization: &str, name: &str) -> i64 {
    let asked = CreateProjectRequest {
        organization: organization.to_owned(),
        name: name.to_owned(),
        ..Default::default()
    };
    let created = ProjectsClient::new(platform.channel.clone()).create_project(request(asked)).await;
    created.unwrap().into_inner().id
}

#[tokio::test]
async fn a_filter_is_replaced_read_and_cleared_by_people_and_by_the_app() {
    let platform = Platform::with_organizations().await;
    let (app, manager) = published(&platform).await;
    let (web, api) = (project(&platform, "globex", "Web").await, project(&platform, "globex", "API").await);
    let installed = platform.post(INSTALLATIONS, &manager, json!({ "slug": "hooks" })).await.json();
    let one = format!("/api/0/sentry-app-installations/{}/", installed["uuid"].as_str().unwrap());
    let path = format!("{one}service-hook-projects/");
    let entry = |id: i64| json!({ "id": id.to_string(), "project_id": id.to_string() });

    platform.get(&path, &manager).await.is(200, "[]");
    let answer = platform.post(&path, &manager, json!({ "projects": ["api", "web"] })).await;
    assert_eq!((answer.status, answer.json()), (200, json!([entry(web), entry(api)])));
    let code = grant(&app, json!({ "grant_type": "authorization_code", "code": installed["code"] }));
    let token = platform.post(&format!("{one}authorizations/"), "", code).await.json();
    let token = token["token"].as_str().unwrap();
    let answer = platform.post(&path, token, json!({ "projects": [api] })).await;
    assert_eq!((answer.status, answer.json()), (200, json!([entry(api)])));
    platform.delete(&path, &manager).await.is(204, "");
    platform.get(&path, token).await.is(200, "[]");
}

#[tokio::test]
async fn what_is_no_filter_is_refused() {
    let platform = Platform::with_organizations().await;
    let (_, manager) = published(&platform).await;
    let foreign = project(&platform, "acme", "Foreign").await;
    let installed = platform.post(INSTALLATIONS, &manager, json!({ "slug": "hooks" })).await.json();
    let uuid = installed["uuid"].as_str().unwrap();
    let path = format!("/api/0/sentry-app-installations/{uuid}/service-hook-projects/");
    let refused = async |projects: Value, message: &str| {
        let expected = json!({ "projects": [message] }).to_string();
        platform.post(&path, &manager, json!({ "projects": projects })).await.is(400, &expected);
    };
    refused(json!([]), "Projects list cannot be empty").await;
    let neither = "Project identifiers must be either all strings (slugs) or all integers (IDs)";
    refused(json!([null]), neither).await;
    refused(
        json!(["web", 1]),
        "Mixed types detected. All project identifiers must be of the same type (either all strings/slugs or all integers/IDs)",
    )
    .await;
    refused(json!([foreign]), &format!("Project '{foreign}' does not exist or is not accessible")).await;
    refused(json!(["foreign"]), "Project 'foreign' does not exist or is not accessible").await;
    refused(json!(["../acme"]), "Project '../acme' does not exist or is not accessible").await;
    let member = platform.member("globex", "member").await;
    assert_eq!(platform.post(&path, &member, json!({ "projects": ["web"] })).await.status, 403);
    assert_eq!(platform.get(&path, &member).await.status, 200);
    let stranger = platform.member("acme", "manager").await;
    assert_eq!(platform.get(&path, &stranger).await.status, 404);
}
