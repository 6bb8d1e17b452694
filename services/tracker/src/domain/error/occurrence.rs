//! The `occurrence` of an error, which Sentry sends with names in camel case.

use serde_json::{Map, Value};

/// Spells all names of a document in camel case: `evidence_data` becomes `evidenceData`.
pub(crate) fn camel_cased(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let spelled: Map<_, _> =
                object.into_iter().map(|(name, value)| (camel_case(&name), camel_cased(value))).collect();
            Value::Object(spelled)
        }
        Value::Array(items) => items.into_iter().map(camel_cased).collect(),
        value => value,
    }
}

fn camel_case(name: &str) -> String {
    let mut words = name.trim_matches('_').split('_').filter(|word| !word.is_empty());
    let mut spelled = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        spelled.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        spelled.push_str(letters.as_str());
    }
    spelled
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_spelled_in_camel_case_at_every_depth_and_values_stay() {
        let given = json!({
            "issue_title": "slow_query",
            "evidence_display": [{ "is_important": true, "name": "a_b" }],
            "evidence_data": { "parent_span_ids": ["a_b"], "op": "db" },
            "resourceId": null,
            "_private_": 1,
        });
        let expected = json!({
            "issueTitle": "slow_query",
            "evidenceDisplay": [{ "isImportant": true, "name": "a_b" }],
            "evidenceData": { "parentSpanIds": ["a_b"], "op": "db" },
            "resourceId": null,
            "private": 1,
        });
        assert_eq!(camel_cased(given).to_string(), expected.to_string());
    }
}
