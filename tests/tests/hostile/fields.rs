//! Hostile values under every key of every body.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::attack::{Place, Target, keys, on_each, read_only, schema, while_others_work};
use crate::server::Server;
use crate::world::World;

/// Read-only keys that are tried in one request.
const READ_ONLY: usize = 100;
/// As many huge values as a body can have.
const HUGE: usize = 3;

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
    let keys: Map<_, _> = (0..2_000).map(|number| (number.to_string(), json!(number))).collect();
    vec![
        ("300,000 characters", json!("q".repeat(300_000))),
        ("a text of 300,000 characters in a list", json!(["q".repeat(300_000)])),
        ("5,000 texts", json!(vec!["x"; 5_000])),
        ("5,000 objects", json!(vec![json!({}); 5_000])),
        ("2,000 keys", Value::Object(keys)),
    ]
}

/// The longest text under this key, in characters.
fn longest(key: &str) -> usize {
    match key {
        "overview" => 16_384,
        "text" => 10_000,
        "question" | "answer" => 5_000,
        "webUrl" => 2_000,
        "webhookHeaders" => 1_024,
        _ => 512,
    }
}

/// Entries of a list, and keys of an object.
const MOST: usize = 100;

/// The first part of this JSON that is larger than the API allows.
fn too_large(key: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => {
            let length = text.chars().count();
            (length > longest(key)).then(|| format!("{key} has {length} characters"))
        }
        Value::Array(list) if list.len() > MOST => Some(format!("{key} has {} entries", list.len())),
        Value::Array(list) => list.iter().find_map(|item| too_large(key, item)),
        Value::Object(object) if object.len() > MOST => Some(format!("{key} has {} keys", object.len())),
        Value::Object(object) => object.iter().find_map(|(key, value)| too_large(key, value)),
        _ => None,
    }
}

/// Pointers to the keys that the operation declares, and to everything in a valid body. The read-only keys stand `together`: they
/// are skipped by their names.
fn positions(target: &Target<'_>, together: usize) -> Vec<Vec<String>> {
    let pointer = |key: &String| format!("/{key}");
    let read_only: Vec<_> = read_only(target.world, &target.operation).iter().map(pointer).collect();
    let mut found: BTreeSet<_> =
        keys(target.world, &target.operation, Place::Body).iter().map(pointer).collect();
    found.retain(|pointer| !read_only.contains(pointer));
    if let Some(body) = &target.thing.body {
        below("", body, &mut found);
    }
    let single = found.into_iter().map(|pointer| vec![pointer]);
    single.chain(read_only.chunks(together).map(<[_]>::to_vec)).collect()
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

/// The valid body with this JSON in these places.
fn with(body: Option<&Value>, pointers: &[String], json: &str) -> String {
    const PLACE: &str = "the place of the value";
    let mut body = body.cloned().unwrap_or_else(|| json!({}));
    for pointer in pointers {
        match body.pointer_mut(pointer) {
            Some(place) => *place = PLACE.into(),
            None => body[&pointer[1..]] = PLACE.into(),
        }
    }
    body.to_string().replace(&format!("\"{PLACE}\""), json)
}

async fn each_operation_takes(values: Vec<(&'static str, Value)>, together: usize) {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let mut operations = world.description.operations();
    operations.retain(|operation| operation.takes_body);
    let values: Vec<_> = values.into_iter().map(|(what, value)| (what, value.to_string())).collect();
    let attack = on_each(&world, operations, async |target| {
        let mut tried = 0;
        for pointers in positions(target, together) {
            for (what, value) in &values {
                let body = with(target.thing.body.as_ref(), &pointers, value);
                let what = format!("{what} under {}", pointers.join(" and "));
                let answer = target.send(&what, body).await;
                if answer.status < 400 {
                    let shown = target.shown(&answer).await;
                    let kept = shown.iter().find_map(|shown| too_large("", shown));
                    kept.iter().for_each(|kept| target.fails(&what, kept, &answer));
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
    each_operation_takes(odd_texts(), READ_ONLY).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_values_under_any_key_are_taken_or_refused() {
    each_operation_takes(odd_values(), READ_ONLY).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_beyond_every_limit_are_kept_under_no_key() {
    each_operation_takes(huge_values(), HUGE).await;
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
            let answer = target.send(&what, body.to_string()).await;
            if is_complete && answer.status != 400 {
                target.fails(&what, "is not refused", &answer);
            }
        }
        keys.len()
    })
    .await;
}
