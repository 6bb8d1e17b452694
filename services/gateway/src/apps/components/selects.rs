//! Which selects of a component have their choices in the schema, and which have to be asked for.

use serde_json::{Value, json};

/// Options that the app is asked for, once for all the fields that show them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) uri: String,
    /// Where the fields are in the schema: JSON pointers.
    fields: Vec<String>,
}

/// Puts those choices in that are known; the others are wanted.
pub(super) fn offer_known(element_type: &str, schema: &mut Value) -> Vec<Wanted> {
    let mut wanted = Vec::<Wanted>::new();
    for form in forms(element_type) {
        for list in ["required_fields", "optional_fields"] {
            let list = format!("/{form}/{list}");
            let fields = schema.pointer_mut(&list).and_then(Value::as_array_mut);
            for (position, field) in fields.into_iter().flatten().enumerate() {
                let Some(uri) = offer(field) else { continue };
                let field = format!("{list}/{position}");
                match wanted.iter_mut().find(|wanted| wanted.uri == uri) {
                    Some(wanted) => wanted.fields.push(field),
                    None => wanted.push(Wanted { uri, fields: vec![field] }),
                }
            }
        }
    }
    wanted
}

/// Puts what the app offers into the fields that want it.
pub(super) fn offer_answered(schema: &mut Value, wanted: &Wanted, answer: serde_json::Map<String, Value>) {
    for field in &wanted.fields {
        if let Some(field) = schema.pointer_mut(field).and_then(Value::as_object_mut) {
            field.extend(answer.clone());
        }
    }
}

fn forms(element_type: &str) -> &'static [&'static str] {
    match element_type {
        "issue-link" => &["link", "create"],
        "alert-rule-action" => &["settings"],
        _ => &[],
    }
}

/// The address to ask, where the choices are not known.
fn offer(field: &mut Value) -> Option<String> {
    let field = field.as_object_mut().filter(|field| field.get("type") == Some(&json!("select")))?;
    if field.contains_key("depends_on") {
        // Nothing has been chosen yet.
        field.insert("choices".to_owned(), json!([]));
        return None;
    }
    if let Some(options) = field.get("options").cloned() {
        field.insert("choices".to_owned(), options);
        return None;
    }
    let is_asked_later = field.get("skip_load_on_open") == Some(&Value::Bool(true));
    let uri = field.get("uri")?.as_str()?;
    (!is_asked_later).then(|| uri.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(rest: Value) -> Value {
        let mut field = json!({ "type": "select", "label": "L", "name": "n" });
        field.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        field
    }

    #[test]
    fn choices_are_known_or_wanted_or_left_for_later() {
        let cases = [
            (select(json!({ "options": [["a", "A"]] })), Some(json!([["a", "A"]])), None),
            (select(json!({ "uri": "/x" })), None, Some("/x")),
            (select(json!({ "uri": "/x", "async": true })), None, Some("/x")),
            (select(json!({ "uri": "/x", "skip_load_on_open": false })), None, Some("/x")),
            (select(json!({ "uri": "/x", "skip_load_on_open": true })), None, None),
            (select(json!({ "uri": "/x", "depends_on": ["other"] })), Some(json!([])), None),
            (select(json!({ "options": [["a", "A"]], "depends_on": ["other"] })), Some(json!([])), None),
            (json!({ "type": "text", "label": "L", "name": "n", "uri": "/x" }), None, None),
            (json!("no field"), None, None),
        ];
        for (mut field, choices, wanted) in cases {
            assert_eq!(offer(&mut field).as_deref(), wanted, "{field}");
            assert_eq!(field.get("choices"), choices.as_ref(), "{field}");
        }
    }

    #[test]
    fn an_address_is_asked_once_for_all_fields_that_name_it() {
        let form = json!({ "uri": "/", "required_fields": [select(json!({ "uri": "/x" }))] });
        let mut schema = json!({ "type": "issue-link", "link": form, "create": form });
        let other = select(json!({ "uri": "/y" }));
        schema["create"]["optional_fields"] = json!([other]);
        let wanted = offer_known("issue-link", &mut schema);
        assert_eq!(wanted.iter().map(|wanted| wanted.uri.as_str()).collect::<Vec<_>>(), ["/x", "/y"]);
        let answer = json!({ "choices": [["1", "One"]], "defaultValue": "1" });
        offer_answered(&mut schema, &wanted[0], answer.as_object().unwrap().clone());
        for form in ["link", "create"] {
            let field = &schema[form]["required_fields"][0];
            assert_eq!((&field["choices"], &field["defaultValue"]), (&json!([["1", "One"]]), &json!("1")));
        }
        assert_eq!(schema["create"]["optional_fields"][0], other, "not answered yet");
    }

    #[test]
    fn other_elements_have_no_forms() {
        for element_type in ["stacktrace-link", "issue-media", "x"] {
            let mut schema = json!({ "settings": { "required_fields": [select(json!({ "uri": "/x" }))] } });
            let before = schema.clone();
            assert_eq!((offer_known(element_type, &mut schema), schema), (vec![], before));
        }
    }
}
