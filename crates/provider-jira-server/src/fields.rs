//! Fields of Jira: how they are shown in a form, and how their values are sent.

use patchbay_provider::{Choice, Failure, Field, FieldKind, Result};
use serde::Deserialize;
use serde_json::{Value, json};

/// A field of a type of ticket in a project.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct JiraField {
    pub(crate) field_id: String,
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) schema: Schema,
    pub(crate) allowed_values: Vec<Value>,
    pub(crate) auto_complete_url: Option<String>,
}

/// The type of a field.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Schema {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) items: String,
    pub(crate) custom: String,
}

const CUSTOM: &str = "com.atlassian.jira.plugin.system.customfieldtypes:";
const SPRINT: &str = "com.pyxis.greenhopper.jira:gh-sprint";
const EPIC: &str = "com.pyxis.greenhopper.jira:gh-epic-link";

impl JiraField {
    fn is_custom(&self, name: &str) -> bool {
        self.schema.custom.strip_prefix(CUSTOM) == Some(name)
    }

    fn is_user(&self) -> bool {
        self.schema.kind == "user" || self.schema.items == "user"
    }

    /// Its choices are searched for.
    fn is_searched(&self) -> bool {
        (self.is_user() && self.auto_complete_url.is_some())
            || [SPRINT, EPIC].contains(&self.schema.custom.as_str())
            || self.schema.kind == "issuelink"
    }

    /// The field of the form. `search_url` is where choices are searched for.
    pub(crate) fn form_field(&self, search_url: &str) -> Field {
        let name = self.field_id.clone();
        let mut field = self.unlabelled(name, search_url);
        field.label = Some(self.name.clone());
        field.required = Some(self.required);
        field
    }

    fn unlabelled(&self, name: String, search_url: &str) -> Field {
        let kind = self.schema.kind.as_str();
        if self.is_searched() {
            return Field::new(name, FieldKind::Select, "").with("url", search_url).choices(Vec::new());
        }
        if kind == "array" && self.schema.items != "string" {
            let field = Field::new(name, FieldKind::Select, "").choices(self.choices());
            return field.with("multiple", true).default("");
        }
        let is_select = ["securitylevel", "priority"].contains(&kind) || self.is_custom("select");
        if is_select || (kind == "option" && !self.allowed_values.is_empty()) {
            return Field::new(name, FieldKind::Select, "").choices(self.choices());
        }
        match self.is_custom("textarea") {
            true => Field::new(name, FieldKind::Textarea, ""),
            false => Field::new(name, FieldKind::Text, ""),
        }
    }

    fn choices(&self) -> Vec<Choice> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let choice = |value: &Value| {
            let id = text(&value["id"]);
            if let (Some(id), Some(name)) = (&id, text(&value["name"])) {
                return Some(Choice::new(id, name));
            }
            if let Some(value) = text(&value["value"]) {
                return Some(Choice::new(id.unwrap_or_else(|| value.clone()), value));
            }
            text(&value["label"]).map(|label| Choice::new(label.clone(), label))
        };
        self.allowed_values.iter().filter_map(choice).collect()
    }

    /// The value as Jira takes it; `None` for an empty one.
    pub(crate) fn value(&self, given: &Value) -> Result<Option<Value>> {
        let is_empty = match given {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        if is_empty {
            return Ok(None);
        }
        let list = || given.as_array().cloned().unwrap_or_else(|| vec![given.clone()]);
        let each = |key: &str| Value::Array(list().into_iter().map(|item| json!({ (key): item })).collect());
        let (kind, items) = (self.schema.kind.as_str(), self.schema.items.as_str());
        Ok(Some(match (kind, items) {
            _ if self.field_id == "labels" => labels(given),
            _ if self.schema.custom == SPRINT => sprint(given)?,
            _ if self.schema.custom == EPIC || self.is_custom("textarea") => given.clone(),
            ("array", "user") => each("name"),
            ("user", _) => json!({ "name": given }),
            ("issuelink", _) => json!({ "key": given }),
            ("array", "option") => each(self.option_key(given)),
            ("array", "string") => Value::Array(list()),
            ("array", _) => each("id"),
            ("option", _) => json!({ (self.option_key(given)): given }),
            ("number", _) => number(given),
            ("string" | "date" | "datetime" | "any", _) => given.clone(),
            _ => json!({ "id": given }),
        }))
    }

    /// Options are named by id where the form showed ids, else by value.
    fn option_key(&self, given: &Value) -> &'static str {
        let first = given.as_array().and_then(|items| items.first()).unwrap_or(given);
        let is_id =
            self.allowed_values.iter().any(|allowed| allowed["id"].is_string() && allowed["id"] == *first);
        if is_id { "id" } else { "value" }
    }
}

fn labels(given: &Value) -> Value {
    match given.as_str() {
        Some(text) => {
            text.split(',').map(str::trim).filter(|label| !label.is_empty()).map(Value::from).collect()
        }
        None => given.clone(),
    }
}

fn sprint(given: &Value) -> Result<Value> {
    let number = given.as_i64().or_else(|| given.as_str()?.trim().parse().ok());
    let text = given.as_str().map_or_else(|| given.to_string(), str::to_owned);
    let number = number.ok_or_else(|| Failure::refused(format!("Invalid sprint ({text:.100}) specified")))?;
    Ok(number.into())
}

fn number(given: &Value) -> Value {
    let parsed = given.as_str().and_then(|text| serde_json::from_str::<serde_json::Number>(text.trim()).ok());
    parsed.map_or_else(|| given.clone(), Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(schema: Value, allowed: Value) -> JiraField {
        serde_json::from_value(json!({
            "fieldId": "customfield_1", "name": "Field", "required": true, "schema": schema,
            "allowedValues": allowed, "autoCompleteUrl": "https://jira.acme.test/x",
        }))
        .unwrap()
    }

    #[test]
    fn each_kind_of_field_has_its_form_and_its_value() {
        let custom = |name: &str| format!("{CUSTOM}{name}");
        let none = || json!([]);
        let levels = || json!([{ "id": "1", "name": "High" }]);
        let options = || json!([{ "id": "10", "value": "Red" }]);
        let cases = [
            (json!({"type": "priority"}), levels(), json!("1"), FieldKind::Select, json!({"id": "1"})),
            (json!({"type": "user"}), none(), json!("wren"), FieldKind::Select, json!({"name": "wren"})),
            (
                json!({"type": "array", "items": "user"}),
                none(),
                json!(["wren"]),
                FieldKind::Select,
                json!([{"name": "wren"}]),
            ),
            (
                json!({"type": "issuelink"}),
                none(),
                json!("OPS-1"),
                FieldKind::Select,
                json!({"key": "OPS-1"}),
            ),
            (
                json!({"type": "array", "items": "json", "custom": SPRINT}),
                none(),
                json!("12"),
                FieldKind::Select,
                json!(12),
            ),
            (
                json!({"type": "any", "custom": EPIC}),
                none(),
                json!("OPS-2"),
                FieldKind::Select,
                json!("OPS-2"),
            ),
            (
                json!({"type": "array", "items": "version"}),
                levels(),
                json!(["1"]),
                FieldKind::Select,
                json!([{"id": "1"}]),
            ),
            (
                json!({"type": "array", "items": "option"}),
                options(),
                json!(["10"]),
                FieldKind::Select,
                json!([{"id": "10"}]),
            ),
            (json!({"type": "array", "items": "string"}), none(), json!("a"), FieldKind::Text, json!(["a"])),
            (
                json!({"type": "option", "custom": custom("select")}),
                options(),
                json!("Red"),
                FieldKind::Select,
                json!({"value": "Red"}),
            ),
            (
                json!({"type": "string", "custom": custom("textarea")}),
                none(),
                json!("long"),
                FieldKind::Textarea,
                json!("long"),
            ),
            (json!({"type": "number"}), none(), json!("2.5"), FieldKind::Text, json!(2.5)),
            (json!({"type": "string"}), none(), json!("text"), FieldKind::Text, json!("text")),
        ];
        for (schema, allowed, given, kind, sent) in cases {
            let field = field(schema.clone(), allowed);
            assert_eq!(field.form_field("/search").kind, kind, "{schema}");
            assert_eq!(field.value(&given).unwrap(), Some(sent), "{schema}");
            for empty in [json!(""), json!([]), Value::Null] {
                assert_eq!(field.value(&empty).unwrap(), None, "{schema}");
            }
        }
    }

    #[test]
    fn labels_are_split_and_a_sprint_is_a_number() {
        let labels = JiraField { field_id: "labels".to_owned(), ..JiraField::default() };
        assert_eq!(labels.value(&json!("a, b ,,c")).unwrap(), Some(json!(["a", "b", "c"])));
        let sprint = field(json!({"type": "array", "custom": SPRINT}), json!([]));
        assert_eq!(sprint.value(&json!("next")).unwrap_err().message, "Invalid sprint (next) specified");
    }
}
