//! Hostile values under every key of every body.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::attack::{Place, Target, keys, on_each, schema, while_others_work};
use crate::server::Server;
use crate::world::World;

/// Bytes of an answer to a request with nothing long in it.
const LONGEST_ANSWER: usize = 20_000;

/// Texts of a length that is plausible.
fn odd_texts() -> Vec<(&'static str, Value)> {
    let texts = [
        ("an empty text", ""),
        ("spaces", " \u{a0}\u{3000}\u{2028}"),
        ("a null character", "a\0b"),
        ("control characters", "a\u{1}\u{1b}[2J\u{7f}\u{85}b"),
        ("line breaks", "a\r\nX-Injected: b\n\n.\r\n"),
        ("bidirectional characters", "\u{202e}nimda\u{2066}\u{200f}"),
        ("characters of no width", "a\u{200b}\u{200d}\u{feff}\u{ad}b"),
        ("a private address", "http://169.254.169.254/latest/meta-data/"),
        ("markup", "<script>alert(1)</script>{{7*7}}%s%n'; drop table apps; --\u{212a}\u{ffff}"),
        ("a number in text", "99999999999999999999999999"),
    ];
    texts.into_iter().map(|(what, text)| (what, json!(text))).collect()
}

/// Values of other types, and numbers that some types cannot hold.
fn odd_values() -> Vec<(&'static str, Value)> {
    vec![
        ("null", Value::Null),
        ("a flag", json!(true)),
        ("a negative number", json!(-1)),
        ("a number over 2^53", json!(9_007_199_254_740_993_i64)),
        ("the largest integer", json!(u64::MAX)),
        ("an empty list", json!([])),
        ("a list of everything", json!([null, true, -1, 1e300, "\0", [], {}])),
        (
            "odd keys",
            json!({ "": 1, "\0": 2, "__proto__": 3, "constructor": { "prototype": 4 }, "$ref": "#" }),
        ),
    ]
}

/// Values larger than every limit.
fn huge_values() -> Vec<(&'static str, Value)> {
    let keys: Map<_, _> = (0..10_000).map(|number| (number.to_string(), json!(number))).collect();
    vec![
        ("30,000 characters", json!("q".repeat(30_000))),
        ("a text of 30,000 characters in a list", json!(["q".repeat(30_000)])),
        ("50,000 texts", json!(vec!["x"; 50_000])),
        ("50,000 objects", json!(vec![json!({}); 50_000])),
        ("10,000 keys", Value::Object(keys)),
    ]
}

/// Pointers to the keys that the operation declares, and to everything in a valid body.
fn positions(target: &Target<'_>) -> BTreeSet<String> {
    let mut found: BTreeSet<_> =
        keys(target.world, &target.operation, Place::Body).iter().map(|key| format!("/{key}")).collect();
    if let Some(body) = &target.thing.body {
        below("", body, &mut found);
    }
    found
}

fn below(pointer: &str, value: &Value, found: &mut BTreeSet<String>) {
    let mut add = |key: &str, value| {
        let pointer = format!("{pointer}/{key}");
        below(&pointer, value, found);
        found.insert(pointer);
    };
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| add(key, value)),
        Value::Array(list) => {
            list.iter().take(3).enumerate().for_each(|(n, value)| add(&n.to_string(), value))
        }
        _ => {}
    }
}

/// The valid body with this value in this place.
fn with(body: &Value, pointer: &str, value: &Value) -> Value {
    let mut body = body.clone();
    match body.pointer_mut(pointer) {
        Some(place) => *place = value.clone(),
        None => drop(body.as_object_mut().unwrap().insert(pointer[1..].to_owned(), value.clone())),
    }
    body
}

async fn each_operation_takes(values: Vec<(&'static str, Value)>) {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let mut operations = world.description.operations();
    operations.retain(|operation| operation.takes_body);
    let attack = on_each(&world, operations, async |target| {
        let mut tried = 0;
        for pointer in positions(target) {
            for (what, value) in &values {
                let body = with(target.thing.body.as_ref().unwrap_or(&json!({})), &pointer, value);
                let what = format!("{what} under {pointer}");
                let answer = target.send(&what, &body).await;
                // A value that is ignored or cut does no harm.
                if answer.status < 400 && answer.body.len() > LONGEST_ANSWER {
                    target.fails(&what, "is kept", &answer);
                }
                tried += 1;
            }
        }
        tried
    });
    while_others_work(&server, &world, attack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_texts_under_any_key_are_taken_or_refused() {
    each_operation_takes(odd_texts()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_values_under_any_key_are_taken_or_refused() {
    each_operation_takes(odd_values()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_beyond_every_limit_are_kept_under_no_key() {
    each_operation_takes(huge_values()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_described_is_refused_where_the_description_is_complete() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let mut operations = world.description.operations();
    operations.retain(|operation| operation.takes_body);
    on_each(&world, operations, async |target| {
        let is_complete = schema(target.world, &target.operation)["additionalProperties"] == json!(false);
        let odd = ["unknown", "", "\0", "__proto__", "constructor"].map(str::to_owned);
        // A key in another spelling may have been meant to be the known one.
        let known = keys(target.world, &target.operation, Place::Body);
        let spelled = known.iter().map(|key| format!("{key} ")).filter(|key| !known.contains(key));
        let keys: Vec<_> = odd.into_iter().chain(spelled).chain(["q".repeat(30_000)]).collect();
        for key in &keys {
            let mut body = target.thing.body.clone().unwrap_or_else(|| json!({}));
            body[key] = json!(1);
            let what = format!("an unknown key {key:.40}");
            let answer = target.send(&what, &body).await;
            if is_complete && answer.status != 400 {
                target.fails(&what, "is not refused", &answer);
            }
        }
        keys.len()
    })
    .await;
}
