//! The description of the API against the API, and the page about compatibility against both.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::Value;

use crate::platform::Platform;

const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH];

async fn document(platform: &Platform) -> Value {
    let answer = platform.get("/api/0/openapi.json", "").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    answer.json()
}

/// The path with something in place of each name.
fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { "00000000-0000-4000-8000-000000000000" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn the_router_has_exactly_the_methods_that_are_described() {
    let platform = Platform::with_settings(&[("GATEWAY_ADDRESS_LIMIT", "0")]).await;
    let document = document(&platform).await;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            let described = operations.get(method.as_str().to_ascii_lowercase()).is_some();
            let with_slash = filled(path);
            for path in [with_slash.as_str(), with_slash.trim_end_matches('/')] {
                let answer = platform.call(method.as_str(), path, "", None).await;
                assert_eq!(answer.status != 405, described, "{method} {path}: {answer:?}");
                let leads_nowhere = answer.text().contains("The requested resource does not exist");
                assert!(!leads_nowhere, "{method} {path}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn who_asks_is_asked_for_exactly_where_it_is_described() {
    let platform = Platform::start().await;
    let document = document(&platform).await;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let answer = platform.call(&method.to_ascii_uppercase(), &filled(path), "", None).await;
            let asked = answer.text().contains("Authentication credentials were not provided.");
            let is_open = operation["security"] == serde_json::json!([{}]);
            assert_eq!(asked, !is_open, "{method} {path}: {answer:?}");
        }
    }
}

/// Method and path of each row of the page's table.
fn compared() -> BTreeSet<(String, String)> {
    let page = include_str!("../../../../docs/sentry-compatibility.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    rows.filter(|cell| cell.contains("` `/")).flat_map(endpoints).collect()
}

/// "GET`, `POST` `/sentry-apps/`" names two.
fn endpoints(cell: &str) -> Vec<(String, String)> {
    let words: Vec<&str> = cell.split(['`', ',', ' ']).filter(|word| !word.is_empty()).collect();
    let Some((path, methods)) = words.split_last() else { return Vec::new() };
    methods.iter().map(|method| ((*method).to_owned(), format!("/api/0{path}"))).collect()
}

#[tokio::test]
async fn the_page_about_compatibility_has_every_endpoint_and_no_other() {
    let document = document(&Platform::start().await).await;
    let paths = document["paths"].as_object().unwrap().iter().filter(|(path, _)| path.starts_with("/api/0/"));
    let served: BTreeSet<_> = paths
        .flat_map(|(path, operations)| {
            let methods = operations.as_object().unwrap().keys().map(|method| method.to_ascii_uppercase());
            methods.map(|method| (method, path.clone()))
        })
        .collect();
    let compared = compared();
    assert_eq!(
        served.difference(&compared).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "not on the page"
    );
    assert_eq!(
        compared.difference(&served).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "not served"
    );
}
