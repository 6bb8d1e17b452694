//! Webhooks and calls beside GitHub's own descriptions of them, which `cargo xtask test` downloads.

use std::collections::BTreeMap;

use patchbay_provider::{Change, InboundRequest, Provider};
use patchbay_testkit::conformance::conforms;
use patchbay_testkit::receiver::Received;
use serde_json::{Value, json};

use crate::conformance::Subject;
use crate::connected;

fn read(name: &str) -> Value {
    let folder = std::env::var("PATCHBAY_TEST_OCTOKIT").expect("cargo xtask test sets PATCHBAY_TEST_OCTOKIT");
    serde_json::from_slice(&std::fs::read(format!("{folder}/{name}.json")).unwrap()).unwrap()
}

#[tokio::test]
#[ignore = "needs the npm packages of cargo xtask test"]
async fn every_example_of_a_webhook_is_read() {
    let it = connected().await;
    let mut read_ones = BTreeMap::<String, usize>::new();
    let events = read("webhooks-examples");
    for event in events.as_array().unwrap() {
        let name = event["name"].as_str().unwrap();
        for (n, example) in event["examples"].as_array().unwrap().iter().enumerate() {
            let body = example.to_string();
            let header = |name: &str, value: String| (name.to_owned(), value);
            let request = InboundRequest {
                method: "POST".to_owned(),
                path: "webhook".to_owned(),
                headers: vec![
                    header("x-github-event", name.to_owned()),
                    header("x-github-delivery", format!("{name}-{n}")),
                    header("x-hub-signature-256", it.github.signature(body.as_bytes())),
                ],
                body: body.into(),
            };
            let secrets = Some(&it.installation.secrets);
            let action = example["action"].as_str().unwrap_or_default();
            let (status, changes, integration) = match it.provider.receive(&request, secrets) {
                Ok(received) => (received.answer.status, received.changes, received.integration),
                Err(answer) => (answer.status, Vec::new(), None),
            };
            assert_eq!(status, 204, "{name}.{action}");
            let has_effect = match (name, action) {
                ("issues", "assigned" | "unassigned") => matches!(changes[..], [Change::Assignee { .. }]),
                ("issues", "closed" | "reopened") => matches!(changes[..], [Change::Status { .. }]),
                ("issues", "transferred") => matches!(changes[..], [Change::Key { .. }]),
                ("repository", "renamed") => matches!(changes[..], [Change::Project { .. }]),
                ("installation", "created" | "deleted" | "suspend" | "unsuspend") => integration.is_some(),
                _ => {
                    assert!(changes.is_empty() && integration.is_none(), "{name}.{action}: {changes:?}");
                    continue;
                }
            };
            assert!(has_effect, "{name}.{action}: {changes:?}");
            *read_ones.entry(format!("{name}.{action}")).or_default() += 1;
        }
    }
    let missing: Vec<&str> =
        ["issues.assigned", "issues.unassigned", "issues.reopened", "issues.transferred"]
            .into_iter()
            .chain([
                "repository.renamed",
                "installation.created",
                "installation.deleted",
                "installation.suspend",
            ])
            .filter(|wanted| !read_ones.contains_key(*wanted))
            .collect();
    assert!(missing.is_empty(), "no example of {missing:?}");
}

/// The operation of a call, if the document has it.
fn operation<'a>(document: &'a Value, call: &Received) -> Option<&'a Value> {
    let path = call.path.strip_prefix("/api/v3")?;
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let template: Vec<&str> = template.split('/').collect();
        template.len() == parts.len()
            && template.iter().zip(&parts).all(|(known, part)| known.starts_with('{') || known == part)
    };
    let paths = document["paths"].as_object().unwrap();
    // A template without parameters is the more exact one.
    let mut found: Vec<(&String, &Value)> = paths.iter().filter(|(template, _)| fits(template)).collect();
    found.sort_by_key(|(template, _)| template.matches('{').count());
    found.first().and_then(|(_, operations)| operations.get(call.method.to_ascii_lowercase()))
}

/// The parameters of an operation, without references.
fn parameters<'a>(document: &'a Value, operation: &'a Value) -> Vec<&'a Value> {
    let given = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let resolve = |parameter: &'a Value| match parameter["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => parameter,
    };
    given.iter().map(resolve).collect()
}

#[tokio::test]
#[ignore = "needs the npm packages of cargo xtask test"]
async fn every_call_is_one_that_github_describes() {
    let subject = Subject::start().await;
    conforms(&subject).await;
    let document = read("openapi");
    let calls: Vec<Received> =
        subject.github.requests().into_iter().filter(|call| call.path.starts_with("/api/v3/")).collect();
    assert!(calls.len() > 20, "the suite makes calls");
    for call in &calls {
        let name = format!("{} {}", call.method, call.path);
        let operation =
            operation(&document, call).unwrap_or_else(|| panic!("{name} is no operation of GitHub"));
        let parameters = parameters(&document, operation);
        for (key, _) in url::form_urlencoded::parse(call.query.as_bytes()) {
            let is_known = parameters.iter().any(|it| it["in"] == "query" && it["name"] == *key);
            assert!(is_known, "{name} has no parameter {key}");
        }
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if call.body.is_empty() {
            assert_ne!(operation["requestBody"]["required"], true, "{name} needs a body");
            continue;
        }
        // References in the schema begin at the root of the document.
        let whole = json!({ "allOf": [schema], "components": document["components"] });
        let validator = jsonschema::validator_for(&whole).unwrap();
        let body: Value = serde_json::from_slice(&call.body).unwrap();
        assert!(validator.is_valid(&body), "{name}: {body} does not fit {schema}");
        let known = schema["properties"].as_object().unwrap();
        let unknown: Vec<&String> =
            body.as_object().unwrap().keys().filter(|key| !known.contains_key(*key)).collect();
        assert!(unknown.is_empty(), "{name} has no keys {unknown:?}");
    }
}
