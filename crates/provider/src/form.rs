//! Fields of forms.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::Object;

/// A field of a form, as the API shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// Name of the value that it enters.
    pub name: String,
    /// How it is shown.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// A sentence about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// An example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// The value that is proposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Whether it has to be filled in; left out where it is never required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// The values of a select.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<Choice>>,
    /// Cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Why it cannot be changed.
    #[serde(rename = "disabledReason", skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
    /// Further keys, for example `url`, `updatesForm`, `multiple`, `autosize`, `maxRows`.
    #[serde(flatten)]
    pub more: Object,
}

/// Kinds of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A switch.
    Boolean,
    /// One choice, or several.
    Select,
    /// A line.
    Text,
    /// A line.
    String,
    /// A line that is not shown again, such as a password.
    Secret,
    /// Lines.
    Textarea,
    /// Projects and their statuses.
    ChoiceMapper,
    /// A text only.
    Blank,
}

/// A choice; in a form the pair `[value, label]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The value that is sent.
    pub value: String,
    /// Text for people.
    pub label: String,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

impl Serialize for Choice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [&self.value, &self.label].serialize(serializer)
    }
}

impl Field {
    /// A field with a label and nothing else.
    pub fn new(name: impl Into<String>, kind: FieldKind, label: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind,
            label: Some(label.into()),
            help: None,
            placeholder: None,
            default: None,
            required: None,
            choices: None,
            disabled: None,
            disabled_reason: None,
            more: Object::new(),
        }
    }

    /// A text without a value.
    pub fn blank(name: impl Into<String>, help: impl Into<String>) -> Self {
        Self { label: None, help: Some(help.into()), ..Self::new(name, FieldKind::Blank, "") }
    }

    /// It has to be filled in.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = Some(true);
        self
    }

    /// Proposes a value.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// Sets the choices.
    #[must_use]
    pub fn choices(mut self, choices: Vec<Choice>) -> Self {
        self.choices = Some(choices);
        self
    }

    /// Sets a further key.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.more.insert(key.to_owned(), value.into());
        self
    }

    /// Makes it impossible to change, with the reason.
    #[must_use]
    pub fn disabled(mut self, reason: impl Into<String>) -> Self {
        self.disabled = Some(true);
        self.disabled_reason = Some(reason.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_shows_only_what_it_has() {
        let field = Field::new("project", FieldKind::Select, "Project")
            .required()
            .choices(vec![Choice::new("20400", "OPS")])
            .with("updatesForm", true);
        let json = serde_json::to_string(&field).unwrap();
        let expected = r#"{"name":"project","type":"select","label":"Project","required":true,"choices":[["20400","OPS"]],"updatesForm":true}"#;
        assert_eq!(json, expected);
        let blank = serde_json::to_string(&Field::blank("error", "No.")).unwrap();
        assert_eq!(blank, r#"{"name":"error","type":"blank","help":"No."}"#);
    }
}
