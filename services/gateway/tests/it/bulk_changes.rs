//! A bulk change acts on what its query says, and on nothing that was left out or misspelled.

use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{CreateIssueRequest, CreateProjectRequest};
use patchbay_rpc::request;
use serde_json::json;

use crate::platform::Platform;

const ALL: &str = "/api/0/organizations/acme/issues/";

/// An issue in a new project of `acme`.
async fn issue(platform: &Platform, project: &str, title: &str) -> i64 {
    let (organization, project) = ("acme".to_owned(), project.to_owned());
    let wanted = CreateProjectRequest {
        organization: organization.clone(),
        name: project.clone(),
        platform: "javascript".into(),
        ..Default::default()
    };
    ProjectsClient::new(platform.channel.clone()).create_project(request(wanted)).await.unwrap();
    let wanted = CreateIssueRequest { organization, project, title: title.into(), ..Default::default() };
    IssuesClient::new(platform.channel.clone()).create_issue(request(wanted)).await.unwrap().into_inner().id
}

async fn titles(platform: &Platform, token: &str) -> Vec<String> {
    let all = platform.get(&format!("{ALL}?query="), token).await.json();
    let mut titles: Vec<String> =
        all.as_array().unwrap().iter().map(|issue| issue["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

#[tokio::test]
async fn what_is_left_out_or_not_understood_never_means_every_issue() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let (alpha, beta) = (issue(&platform, "front", "alpha").await, issue(&platform, "back", "beta").await);
    let refused = [
        ("", "INVALID_SEARCH"),
        ("?query=", "INVALID_SEARCH"),
        ("?query=%20%C2%A0", "INVALID_SEARCH"),
        ("?project=front", "INVALID_SEARCH"),
        ("?query=-alpha", "INVALID_SEARCH"),
        ("?query=alpha+OR+beta", "INVALID_SEARCH"),
        ("?query=%00", "INVALID_SEARCH"),
        ("?query=firstSeen:soon", "INVALID_SEARCH"),
        ("?query=release:1", "INVALID_SEARCH"),
        (&format!("?id={alpha}&query=alpha"), "INVALID_SEARCH"),
        ("?quer=alpha", "UNKNOWN_PARAMETER"),
        ("?ids=1", "UNKNOWN_PARAMETER"),
        ("?query=alpha&environment=prod", "UNKNOWN_PARAMETER"),
        ("?id=", "INVALID_FIELD"),
        ("?id=x", "INVALID_FIELD"),
    ];
    let in_project = [("?query=alpha&project=back", "UNKNOWN_PARAMETER"), ("", "INVALID_SEARCH")];
    let cases = refused.iter().map(|case| (ALL, case));
    let cases = cases.chain(in_project.iter().map(|case| ("/api/0/projects/acme/front/issues/", case)));
    for (path, (query, reason)) in cases {
        let path = format!("{path}{query}");
        for method in ["DELETE", "PUT"] {
            let body = (method == "PUT").then(|| json!({ "status": "resolved" }));
            let answer = platform.call(method, &path, &owner, body).await;
            assert_eq!(answer.status, 400, "{method} {path} {reason}: {answer:?}");
        }
    }
    for query in [
        "?query=%F0%9F%9A%80",
        "?query=!alpha+!beta",
        "?query=firstSeen:%2B1d",
        "?query=alpha&project=back",
        "?query=is:resolved",
    ] {
        let answer = platform.delete(&format!("{ALL}{query}"), &owner).await;
        assert_eq!(answer.status, 204, "{query}: {answer:?}");
    }
    let elsewhere = format!("{ALL}?id={alpha}&project=back");
    assert_eq!(platform.delete(&elsewhere, &owner).await.status, 404);
    assert_eq!(platform.put(&elsewhere, &owner, json!({ "status": "resolved" })).await.status, 404);
    assert_eq!(titles(&platform, &owner).await, ["alpha", "beta"]);

    let answer = platform.delete(&format!("{ALL}?query=!beta&project=-1"), &owner).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    assert_eq!(titles(&platform, &owner).await, ["beta"]);
    let named = format!("{ALL}?id={beta}&project=front&project=back");
    assert_eq!(platform.delete(&named, &owner).await.status, 204);
    assert_eq!(titles(&platform, &owner).await, [] as [&str; 0]);
}

#[tokio::test]
async fn no_call_that_acts_leaves_a_parameter_out_of_account() {
    let platform = Platform::with_organizations().await;
    let owner = platform.superuser().await;
    let document = platform.get("/api/0/openapi.json", "").await.json();
    let mut acting = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys().filter(|method| *method != "get") {
            let filled = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
            let filled = format!("{}?dryRunn=1", filled.collect::<Vec<_>>().join("/"));
            let answer = platform.call(&method.to_ascii_uppercase(), &filled, &owner, Some(json!({}))).await;
            assert_eq!(answer.status, 400, "{method} {filled}: {answer:?}");
            assert!(answer.text().contains("dryRunn"), "{method} {filled}: {answer:?}");
            acting += 1;
        }
    }
    assert!(acting > 50, "{acting}");
}
