//! The UI components of an app, `{"elements": […]}`, and the checks of them.
//!
//! Sentry applies a few rules of its own and the Python library jsonschema (4.20), and shows developers the one message
//! that it considers best. That message is part of the contract, so the checks run in the same order here.

mod check_rules;
mod elements;
mod fault;
mod python;
mod rule;

use serde_json::Value;

use self::python::{repr, str};
use crate::domain::problems::Messages;
use crate::domain::problems::one;

/// Larger schemas are refused without parsing.
const MAX_BYTES: usize = 256 * 1024;
/// Longest list, for example the options of a select or the fields of a form.
const MAX_ENTRIES: usize = 1_000;
const TEXT_FIELDS: [&str; 2] = ["text", "textarea"];
const TEXT_DEFAULTS: [&str; 2] = ["issue.title", "issue.description"];

/// The outcome of Sentry's own checks for an invalid schema.
enum Trouble {
    Message(String),
    /// Sentry's checks raise an exception, after which it applies only the JSON Schema rules.
    Unexpected,
}

/// The schema to store; `{}` for an app without components.
pub(crate) fn check(json: &str) -> Result<Value, Messages> {
    if json.len() > MAX_BYTES {
        return Err(one(format!("Ensure this field has no more than {MAX_BYTES} bytes.")));
    }
    if json.is_empty() {
        return Ok(Value::Object(Default::default()));
    }
    let schema: Value = serde_json::from_str(json).map_err(|_| one("Not a valid JSON object."))?;
    if has_long_list(&schema) {
        return Err(one(format!("Ensure no list has more than {MAX_ENTRIES} entries.")));
    }
    match &schema {
        Value::Object(object) if object.is_empty() => Ok(schema),
        _ => problem(&schema).map_or(Ok(schema), |problem| Err(one(problem))),
    }
}

/// The elements of a checked schema.
pub(crate) fn elements(schema: &Value) -> &[Value] {
    schema.get("elements").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The type of a checked element.
pub(crate) fn element_type(element: &Value) -> &str {
    element.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn problem(schema: &Value) -> Option<String> {
    match own_checks(schema) {
        Err(Trouble::Message(message)) => Some(message),
        Ok(()) | Err(Trouble::Unexpected) => fault::best(check_rules::faults(schema, elements::SCHEMA)),
    }
}

fn own_checks(schema: &Value) -> Result<(), Trouble> {
    let Some(elements) = schema.as_object().and_then(|object| object.get("elements")) else { return Ok(()) };
    let Value::Array(elements) = elements else {
        return Err(Trouble::Message("'elements' should be an array of objects".into()));
    };
    elements.iter().try_for_each(element)?;
    for (position, element) in elements.iter().enumerate() {
        let name = element_type(element);
        if elements[..position].iter().any(|earlier| element_type(earlier) == name) {
            return Err(Trouble::Message(format!("Multiple elements of type: {name}")));
        }
    }
    Ok(())
}

fn element(element: &Value) -> Result<(), Trouble> {
    let found = match element {
        Value::Object(object) => object.get("type"),
        // Python's `in` looks into texts and lists as well.
        Value::String(text) if text.contains("type") => return Err(Trouble::Unexpected),
        Value::Array(items) if items.iter().any(|item| item == "type") => return Err(Trouble::Unexpected),
        Value::String(_) | Value::Array(_) => None,
        _ => return Err(Trouble::Unexpected),
    };
    let found = found.ok_or_else(|| Trouble::Message("Each element needs a 'type' field".into()))?;
    let Some((name, rules)) = elements::ELEMENTS.iter().find(|(name, _)| found == name) else {
        let names: Vec<_> = elements::ELEMENTS.iter().map(|(name, _)| *name).collect();
        let (found, names) = (str(found), repr(&names.into()));
        return Err(Trouble::Message(format!(
            "Element has type '{found}'. Type must be one of the following: {names}"
        )));
    };
    text_defaults(if *name == "alert-rule-action" { element.get("settings") } else { Some(element) })?;
    match fault::best(check_rules::faults(element, rules)) {
        None => Ok(()),
        Some(message) => Err(Trouble::Message(format!("{message} for element of type '{name}'"))),
    }
}

fn text_defaults(form: Option<&Value>) -> Result<(), Trouble> {
    let form = form.and_then(Value::as_object).ok_or(Trouble::Unexpected)?;
    let none = Value::Array(Vec::new());
    let [optional, required] =
        ["optional_fields", "required_fields"].map(|key| form.get(key).unwrap_or(&none));
    match (optional, required) {
        (Value::Array(optional), Value::Array(required)) => {
            optional.iter().chain(required).try_for_each(text_default)
        }
        (Value::String(one), Value::String(other)) if one.is_empty() && other.is_empty() => Ok(()),
        _ => Err(Trouble::Unexpected),
    }
}

fn text_default(field: &Value) -> Result<(), Trouble> {
    let field = field.as_object().ok_or(Trouble::Unexpected)?;
    let is_text = field.get("type").is_some_and(|name| TEXT_FIELDS.iter().any(|known| name == known));
    let default = field.get("default").filter(|default| is_text && python::is_true(default));
    match default.filter(|default| !TEXT_DEFAULTS.iter().any(|known| default == known)) {
        None => Ok(()),
        Some(default) => Err(Trouble::Message(format!(
            "Elements of type {} may only have a default value of the following: {}, but {} was found.",
            repr(&TEXT_FIELDS.to_vec().into()),
            repr(&TEXT_DEFAULTS.to_vec().into()),
            str(default),
        ))),
    }
}

fn has_long_list(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.len() > MAX_ENTRIES || items.iter().any(has_long_list),
        Value::Object(object) => object.values().any(has_long_list),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Schemas with the message of Sentry's checks, run with jsonschema 4.20; null for valid schemas.
    const CASES: &str = include_str!("../../tests/golden/schema_messages.json");

    fn message(schema: &Value) -> Option<String> {
        check(&schema.to_string()).err().map(|messages| messages.join("|"))
    }

    #[test]
    fn every_message_is_sentrys() {
        let cases: Vec<(Value, Option<String>)> = serde_json::from_str(CASES).unwrap();
        assert!(cases.len() > 300, "{}", cases.len());
        for (schema, expected) in cases {
            assert_eq!(message(&schema), expected, "{schema}");
        }
    }

    #[test]
    fn an_absent_schema_is_stored_as_an_empty_object() {
        assert_eq!(check("").unwrap(), json!({}));
        assert_eq!(check("{}").unwrap(), json!({}));
        assert_eq!(check("{").unwrap_err(), ["Not a valid JSON object."]);
    }

    #[test]
    fn sizes_and_depths_are_bounded() {
        let link = |fields: Value| {
            let form = json!({ "uri": "/x", "required_fields": fields });
            json!({ "elements": [{ "type": "issue-link", "link": form, "create": form }] })
        };
        let field = |n: usize| json!({ "type": "text", "label": "x", "name": format!("f{n}") });
        assert_eq!(message(&link((0..1000).map(field).collect())), None);
        let too_many = Some("Ensure no list has more than 1000 entries.".to_owned());
        assert_eq!(message(&link((0..1001).map(field).collect())), too_many);
        let deep = (0..120).fold(json!(1), |inner, _| json!([inner]));
        assert!(message(&link(deep)).is_some());
        let deeper = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(check(&deeper).unwrap_err(), ["Not a valid JSON object."]);
        assert_eq!(check(&" ".repeat(MAX_BYTES + 1)).unwrap_err().len(), 1);
    }

    #[test]
    fn long_values_are_cut_in_messages() {
        let long = json!({ "elements": [{ "type": "stacktrace-link", "uri": "x".repeat(100_000) }] });
        let message = message(&long).unwrap();
        assert!(message.len() < 5_000 && message.ends_with("for element of type 'stacktrace-link'"));
    }
}
