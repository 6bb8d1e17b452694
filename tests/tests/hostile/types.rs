//! Values of another type under every key of every body: they are refused by the key's name, and never ignored.

use serde_json::{Value, json};

use crate::attack::{on_each, schema};
use crate::server::Server;
use crate::world::World;

/// Keys whose refusal has a form of its own, by operation.
const TOLD_OTHERWISE: [(&str, &str); 3] = [
    // A caller without the secret of the client learns nothing about the request.
    ("authorize", ""),
    ("create_app", "organization"),
    ("revoke_user_token", "tokenId"),
];

/// Values of other types than the key has. Numbers may stand for texts, and texts for numbers and flags, as in forms.
fn of_other_types(key: &Value) -> Vec<Value> {
    let types: Vec<_> = match &key["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    match types.first() {
        // It takes values of several types, but no flags.
        None if key.get("enum").is_none() => vec![json!(true)],
        None | Some(&"string") => vec![json!(true), json!([1]), json!({ "a": 1 })],
        Some(&"boolean") => vec![json!("perhaps"), json!([true]), json!({ "a": true })],
        Some(&"integer") => vec![json!("x"), json!(true), json!([1]), json!({ "a": 1 })],
        Some(&"array") => {
            vec![json!(true), json!(7), json!("x"), json!({ "a": [] }), json!([{}]), json!([true])]
        }
        Some(&"object") => vec![json!(true), json!(7), json!("x"), json!([1])],
        Some(other) => panic!("{other} has no values of other types"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_another_type_is_refused_with_the_name_of_its_key() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let mut operations = world.description.operations();
    operations.retain(|operation| operation.takes_body);
    on_each(&world, operations, async |target| {
        let mut tried = 0;
        // Operations that take any keys declare none.
        let keys = schema(target.world, &target.operation)["properties"].as_object().into_iter().flatten();
        for (key, described) in keys.filter(|(_, key)| key["readOnly"] != true) {
            for value in of_other_types(described) {
                let mut body = target.thing.body.clone().unwrap_or_else(|| json!({}));
                body[key] = value.clone();
                let what = format!("{value} under {key}");
                let answer = target.send(&what, body.to_string()).await;
                let own = |(id, of): &(&str, &str)| *id == target.operation.id && key.contains(of);
                let is_named = answer.body.to_ascii_lowercase().contains(&key.to_ascii_lowercase());
                let is_refused = match TOLD_OTHERWISE.iter().any(own) {
                    true => answer.status >= 400,
                    false => answer.status == 400 && is_named,
                };
                if !is_refused {
                    target.fails(&what, "is not refused by name", &answer);
                }
                tried += 1;
            }
        }
        tried
    })
    .await;
}
