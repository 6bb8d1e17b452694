//! The settings of an integration: their form, their values, and changes to them.

mod change;
mod form;

use serde_json::Value;

pub(crate) use change::{SettingsChange, read_change};
pub(crate) use form::{Mapped, form};

use patchbay_provider::{Object, Setting, SettingKind};

/// The statuses that tickets of a project get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    /// The project at the tracker.
    pub(crate) project: String,
    pub(crate) on_resolve: String,
    pub(crate) on_unresolve: String,
}

/// The values of the settings as the API shows them.
pub(crate) fn values(settings: &[Setting], config: &Object, mappings: &[Mapping]) -> Object {
    let mut values = Object::new();
    for setting in settings {
        let stored = config.get(&setting.name);
        let value = match (&setting.kind, stored) {
            (SettingKind::StatusMapping, _) => Some(mapping_values(mappings)),
            (SettingKind::TextList, Some(Value::Array(texts))) => {
                let texts: Vec<&str> = texts.iter().filter_map(Value::as_str).collect();
                Some(texts.join(", ").into())
            }
            (_, stored) => stored.cloned(),
        };
        if let Some(value) = value {
            values.insert(setting.name.clone(), value);
        }
    }
    values
}

fn mapping_values(mappings: &[Mapping]) -> Value {
    let pairs = mappings.iter().map(|mapping| {
        let statuses =
            serde_json::json!({"on_resolve": mapping.on_resolve, "on_unresolve": mapping.on_unresolve});
        (mapping.project.clone(), statuses)
    });
    Value::Object(pairs.collect())
}

/// Whether a switch is on; a missing one is off.
pub(crate) fn is_on(config: &Object, name: &str) -> bool {
    config.get(name).and_then(Value::as_bool).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_they_are_entered() {
        let mut settings = Setting::standard("Slate");
        settings.push(Setting {
            name: "issues_ignored_fields".to_owned(),
            kind: SettingKind::TextList,
            label: String::new(),
            help: String::new(),
            placeholder: String::new(),
            default: None,
        });
        let config = serde_json::json!({
            "sync_status_forward": true, "sync_comments": true, "issues_ignored_fields": ["a", "b"], "gone": 1,
        });
        let Value::Object(config) = config else { panic!("an object") };
        let mapping =
            Mapping { project: "20400".to_owned(), on_resolve: "6".to_owned(), on_unresolve: "1".to_owned() };
        let shown = Value::Object(values(&settings, &config, &[mapping]));
        let expected = serde_json::json!({
            "sync_status_forward": {"20400": {"on_resolve": "6", "on_unresolve": "1"}},
            "sync_comments": true, "issues_ignored_fields": "a, b",
        });
        assert_eq!(shown, expected);
        assert_eq!(values(&settings, &Object::new(), &[])["sync_status_forward"], serde_json::json!({}));
    }
}
