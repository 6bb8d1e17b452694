use patchbay_domain::{Error, Result};
use serde_json::Value;

use super::Mapping;
use patchbay_provider::{Object, Setting, SettingKind};

/// Characters of a text in a list.
const MAX_TEXT: usize = 256;
/// Texts in a list, and projects in one change.
const MAX_ENTRIES: usize = 1000;

/// A change of settings.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct SettingsChange {
    /// The given settings, without mappings.
    pub(crate) config: Object,
    /// The given mappings of projects; `None` for one to remove.
    pub(crate) mappings: Vec<(String, Option<Mapping>)>,
    /// The name of the switch that is on while any project is mapped.
    pub(crate) mapping_setting: Option<String>,
}

impl SettingsChange {
    /// Whether anything is changed.
    pub(crate) fn is_empty(&self) -> bool {
        self.config.is_empty() && self.mapping_setting.is_none()
    }
}

/// Reads a change. Settings that the provider does not have are refused.
pub(crate) fn read_change(settings: &[Setting], body: &Object) -> Result<SettingsChange> {
    let mut change = SettingsChange::default();
    for (name, value) in body {
        let setting = settings.iter().find(|setting| setting.name == *name);
        let setting = setting.ok_or_else(|| refused(format!("Unknown setting: {name}")))?;
        match &setting.kind {
            SettingKind::Boolean if value.is_boolean() => set(&mut change, name, value.clone()),
            SettingKind::Select(choices)
                if value.as_str().is_some_and(|value| choices.iter().any(|(known, _)| known == value)) =>
            {
                set(&mut change, name, value.clone());
            }
            SettingKind::TextList => {
                let texts = texts(value).ok_or_else(|| invalid(name))?;
                set(&mut change, name, texts.into());
            }
            SettingKind::StatusMapping => {
                let Value::Object(projects) = value else { return Err(invalid(name)) };
                change.mapping_setting = Some(name.clone());
                change.mappings = projects
                    .iter()
                    .map(|(project, statuses)| mapping(name, project, statuses))
                    .collect::<Result<_>>()?;
                if change.mappings.len() > MAX_ENTRIES {
                    return Err(invalid(name));
                }
            }
            SettingKind::Boolean | SettingKind::Select(_) => return Err(invalid(name)),
        }
    }
    Ok(change)
}

fn set(change: &mut SettingsChange, name: &str, value: Value) {
    change.config.insert(name.to_owned(), value);
}

fn mapping(name: &str, project: &str, statuses: &Value) -> Result<(String, Option<Mapping>)> {
    if project.is_empty() || project.chars().count() > MAX_TEXT {
        return Err(invalid(name));
    }
    if statuses.is_null() {
        return Ok((project.to_owned(), None));
    }
    let status = |key: &str| {
        let text = statuses.get(key).and_then(Value::as_str);
        text.filter(|text| !text.is_empty() && text.chars().count() <= MAX_TEXT).map(str::to_owned)
    };
    match (status("on_resolve"), status("on_unresolve")) {
        (Some(on_resolve), Some(on_unresolve)) => {
            let mapping = Mapping { project: project.to_owned(), on_resolve, on_unresolve };
            Ok((project.to_owned(), Some(mapping)))
        }
        _ => Err(refused("Resolve and unresolve status are required.".to_owned())),
    }
}

/// Texts that are separated by commas or line ends.
fn texts(value: &Value) -> Option<Vec<String>> {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(texts) => {
            let texts: Option<Vec<&str>> = texts.iter().map(Value::as_str).collect();
            texts?.join(",")
        }
        _ => return None,
    };
    let texts = text.split([',', '\n', '\r']).map(str::trim).filter(|text| !text.is_empty());
    let texts: Vec<String> = texts.map(str::to_owned).collect();
    let fits = texts.len() <= MAX_ENTRIES && texts.iter().all(|text| text.chars().count() <= MAX_TEXT);
    fits.then_some(texts)
}

fn refused(message: String) -> Error {
    Error::invalid("INVALID_SETTING", message)
}

fn invalid(name: &str) -> Error {
    refused(format!("Invalid value for the setting: {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: Value) -> Result<SettingsChange> {
        let mut settings = Setting::standard("Slate");
        settings.push(Setting {
            name: "issues_ignored_fields".to_owned(),
            kind: SettingKind::TextList,
            label: String::new(),
            help: String::new(),
            placeholder: String::new(),
            default: None,
        });
        let Value::Object(body) = json else { panic!("an object") };
        read_change(&settings, &body)
    }

    #[test]
    fn values_are_checked() {
        let fine = serde_json::json!({"sync_comments": true, "resolution_strategy": "resolve_next_release"});
        assert_eq!(Value::Object(read(fine.clone()).unwrap().config), fine);
        for (wrong, message) in [
            (serde_json::json!({"colour": 1}), "Unknown setting: colour"),
            (serde_json::json!({"sync_comments": "yes"}), "Invalid value for the setting: sync_comments"),
            (
                serde_json::json!({"resolution_strategy": "never"}),
                "Invalid value for the setting: resolution_strategy",
            ),
            (
                serde_json::json!({"sync_status_forward": true}),
                "Invalid value for the setting: sync_status_forward",
            ),
            (
                serde_json::json!({"sync_status_forward": {"1": {"on_resolve": "6"}}}),
                "Resolve and unresolve status are required.",
            ),
            (
                serde_json::json!({"sync_status_forward": {"1": 5}}),
                "Resolve and unresolve status are required.",
            ),
        ] {
            assert_eq!(read(wrong).unwrap_err().message, message);
        }
    }

    #[test]
    fn a_mapping_is_added_or_removed() {
        let change = read(serde_json::json!({
            "sync_status_forward": {"20400": {"on_resolve": "6", "on_unresolve": "1"}, "20500": null},
        }))
        .unwrap();
        assert_eq!(change.mapping_setting.as_deref(), Some("sync_status_forward"));
        let added = change.mappings[0].1.as_ref().unwrap();
        assert_eq!((added.on_resolve.as_str(), added.on_unresolve.as_str()), ("6", "1"));
        assert_eq!(change.mappings[1], ("20500".to_owned(), None));
    }

    #[test]
    fn lists_are_separated_by_commas_and_lines() {
        let change = read(
            serde_json::json!({"issues_ignored_fields": " components,\r\nsecurity ,, customfield_10006"}),
        );
        let expected = serde_json::json!(["components", "security", "customfield_10006"]);
        assert_eq!(change.unwrap().config["issues_ignored_fields"], expected);
        assert!(read(serde_json::json!({"issues_ignored_fields": [1]})).is_err());
    }
}
