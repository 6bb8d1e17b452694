//! Grouping of errors into issues.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::error::stack::Stack;

/// A part of a fingerprint that stands for the default grouping.
const DEFAULT: [&str; 2] = ["{{ default }}", "{{default}}"];

/// The fingerprint, unique over all projects, and the hash for `hashes` of the event.
///
/// A product can set the hash in `hashes`, or change the grouping in `fingerprint`.
pub(crate) fn group(
    project_id: i64,
    event: &Map<String, Value>,
    stack: &Stack<'_>,
    title: &str,
) -> (Uuid, String) {
    let hash = match event.get("hashes").and_then(|hashes| hashes[0].as_str()) {
        Some(given) if !given.is_empty() => given.to_owned(),
        _ => key(&parts(event, stack, title)).simple().to_string(),
    };
    (key(&[b"issue", &project_id.to_be_bytes(), hash.as_bytes()]), hash)
}

fn parts<'a>(event: &'a Map<String, Value>, stack: &Stack<'a>, title: &'a str) -> Vec<&'a [u8]> {
    let given = event.get("fingerprint").and_then(Value::as_array).filter(|parts| !parts.is_empty());
    let given: Vec<&str> = match given {
        Some(parts) => parts.iter().filter_map(Value::as_str).collect(),
        None => vec![DEFAULT[0]],
    };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in given {
        if !DEFAULT.contains(&part) {
            parts.push(part.as_bytes());
        } else if stack.is_exception() {
            parts.extend(stack.signature().into_iter().map(str::as_bytes));
        } else {
            parts.push(title.as_bytes());
        }
    }
    parts
}

/// A hash of 128 bits. The borders between parts are part of the hash.
pub(crate) fn key(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn grouped(project_id: i64, event: Value) -> (Uuid, String) {
        let event = event.as_object().unwrap();
        let title = event.get("message").and_then(Value::as_str).unwrap_or_default();
        group(project_id, event, &Stack::read(event), title)
    }

    fn exception(value: &str, function: &str) -> Value {
        let frames = json!([{ "module": "app", "function": function }]);
        json!({ "exception": [{ "type": "KeyError", "value": value, "stacktrace": { "frames": frames } }] })
    }

    #[test]
    fn errors_at_the_same_code_location_are_grouped() {
        assert_eq!(grouped(1, exception("a", "f")), grouped(1, exception("b", "f")));
        assert_ne!(grouped(1, exception("a", "f")), grouped(1, exception("a", "g")));
        assert_ne!(grouped(1, exception("a", "f")).0, grouped(2, exception("a", "f")).0);
    }

    #[test]
    fn a_fingerprint_replaces_or_refines() {
        let with = |fingerprint: Value, function: &str| {
            let mut event = exception("a", function);
            event["fingerprint"] = fingerprint;
            grouped(1, event)
        };
        assert_eq!(with(json!(["mine"]), "f"), with(json!(["mine"]), "g"));
        assert_ne!(with(json!(["{{ default }}", "mine"]), "f"), with(json!(["{{ default }}", "mine"]), "g"));
        assert_eq!(with(json!(["{{ default }}"]), "f"), grouped(1, exception("z", "f")));
        assert_ne!(with(json!(["ab", "c"]), "f"), with(json!(["a", "bc"]), "f"));
    }

    #[test]
    fn the_hash_of_a_product_that_groups_by_itself_is_kept() {
        let (_, hash) = grouped(1, json!({ "message": "x", "hashes": ["07d2da329989f6cd310eb5f1c5e828a4"] }));
        assert_eq!(hash, "07d2da329989f6cd310eb5f1c5e828a4");
        assert_ne!(grouped(1, json!({ "message": "x" })), grouped(1, json!({ "message": "y" })));
    }
}
