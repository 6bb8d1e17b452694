//! Any JSON under any key, to every operation that takes a body.

use axum::body::Body;
use axum::http::Request;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::platform::Platform;

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[a-z]{1,8}(:[a-z]{1,8})?".prop_map(Value::from),
        "\\PC{300,700}".prop_map(Value::from),
        Just(json!("\u{0}")),
        Just(json!("\u{202e}\u{fffd}\u{1f4a9}")),
        Just(json!("acme")),
        Just(json!("hooks")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,8}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// An operation: method, path, keys of its body.
type Taking = (String, String, Vec<String>);

fn taking_bodies(document: &Value) -> Vec<Taking> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if let Some(keys) = schema["properties"].as_object() {
                let path = path.replace("{organization}", "acme").replace("{app}", "hooks");
                let path = path.replace(['{', '}'], "");
                found.push((method.to_ascii_uppercase(), path, keys.keys().cloned().collect()));
            }
        }
    }
    found
}

/// Some of the keys that an operation knows, and perhaps one that it does not, each with any value.
fn any_request(operations: Vec<Taking>) -> impl Strategy<Value = (String, String, Value)> {
    prop::sample::select(operations).prop_flat_map(|(method, path, keys)| {
        let number = keys.len();
        let keys = prop::sample::subsequence(keys, 0..=number);
        // Many operations refuse a key that they do not know, whatever the others are.
        let odd = prop::option::of((".{0,10}", any_value()));
        (keys, prop::collection::vec(any_value(), number), odd).prop_map(move |(keys, values, odd)| {
            let mut body: Map<_, _> = keys.into_iter().zip(values).collect();
            body.extend(odd);
            (method.clone(), path.clone(), Value::Object(body))
        })
    })
}

#[test]
fn any_body_gets_an_answer_and_no_failure() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (platform, root, operations) = runtime.block_on(async {
        let platform = Platform::with_organizations().await;
        let owner = platform.member("acme", "owner").await;
        platform.app(&owner, json!({})).await;
        let root = platform.superuser().await;
        let document = platform.get("/api/0/openapi.json", "").await.json();
        (platform, root, taking_bodies(&document))
    });
    assert!(operations.len() >= 5);
    let mut runner = TestRunner::new(Config { cases: 600, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&any_request(operations), |(method, path, body)| {
        let request = Request::builder()
            .method(method.as_str())
            .uri(&path)
            .header("authorization", format!("Bearer {root}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let answer = runtime.block_on(platform.send(request));
        prop_assert!(answer.status < 500, "{method} {path}: {answer:?}");
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    // Its tasks end with the runtime, which is dropped last.
    drop(platform);
}
