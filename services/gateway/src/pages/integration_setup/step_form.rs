//! The form of a step: its fields, and the values that a browser sent for them.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A field, in the form of the API.
#[derive(Debug, Deserialize)]
pub(crate) struct FormField {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) help: String,
    #[serde(default)]
    pub(crate) placeholder: String,
    #[serde(default)]
    pub(crate) default: Value,
    #[serde(default)]
    pub(crate) required: bool,
    /// Values and their texts.
    #[serde(default)]
    pub(crate) choices: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) multiple: bool,
    #[serde(default)]
    pub(crate) disabled: bool,
}

impl FormField {
    /// Whether its value is never shown again.
    pub(crate) fn is_secret(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        self.kind == "secret"
            || ["secret", "password", "private", "token"].iter().any(|word| name.contains(word))
    }

    fn is_sent(&self) -> bool {
        !self.disabled && !matches!(self.kind.as_str(), "blank" | "choice_mapper")
    }
}

/// The fields of a step; none if the service sent no form.
pub(crate) fn read_form(form_json: &[u8]) -> Vec<FormField> {
    serde_json::from_slice(form_json).unwrap_or_default()
}

/// The values of the fields, as a client of the API sends them. Pairs that belong to no field are left out.
pub(crate) fn values(form: &[FormField], pairs: &[(String, String)]) -> Map<String, Value> {
    let sent = form.iter().filter(|field| field.is_sent());
    sent.map(|field| (field.name.clone(), value(field, pairs))).collect()
}

fn value(field: &FormField, pairs: &[(String, String)]) -> Value {
    // Browsers end the lines of a text with CR and LF.
    let mut sent = pairs
        .iter()
        .filter(|(name, _)| *name == field.name)
        .map(|(_, text)| Value::from(text.replace("\r\n", "\n")));
    match field.kind.as_str() {
        // A browser leaves a box out that is not ticked.
        "boolean" => sent.next().is_some().into(),
        _ if field.multiple => sent.collect(),
        _ => sent.next_back().unwrap_or_else(|| "".into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_have_the_types_of_their_fields() {
        let form = read_form(
            br#"[{"name":"url","type":"text","label":"URL","required":true},{"name":"verifySsl","type":"boolean"},
            {"name":"off","type":"boolean"},{"name":"labels","type":"select","multiple":true,"choices":[["a","A"],["b","B"]]},
            {"name":"key","type":"textarea"},{"name":"note","type":"blank","help":"Read this."},
            {"name":"fixed","type":"text","disabled":true}]"#,
        );
        let pairs = [
            ("url", "https://jira.test"),
            ("verifySsl", "true"),
            ("labels", "a"),
            ("labels", "b"),
            ("key", "1\r\n2"),
            ("fixed", "x"),
            ("other", "x"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let expected = json!({
            "url": "https://jira.test", "verifySsl": true, "off": false, "labels": ["a", "b"], "key": "1\n2",
        });
        assert_eq!(Value::Object(values(&form, &pairs)), expected);
    }

    #[test]
    fn a_secret_is_known_by_its_name() {
        let field = |name: &str| {
            let form = json!([{ "name": name, "type": "text" }]).to_string();
            read_form(form.as_bytes()).remove(0)
        };
        for name in ["privateKey", "clientSecret", "password", "accessToken"] {
            assert!(field(name).is_secret(), "{name}");
        }
        for name in ["url", "consumerKey", "verifySsl"] {
            assert!(!field(name).is_secret(), "{name}");
        }
    }
}
