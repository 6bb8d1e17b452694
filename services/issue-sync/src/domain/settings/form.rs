use serde_json::{Value, json};

use patchbay_provider::{Choice, Descriptor, Field, FieldKind, Setting, SettingKind, StatusMapping};

/// What can be mapped.
#[derive(Debug)]
pub(crate) enum Mapped {
    /// The answer of the tracker.
    Known(StatusMapping),
    /// The tracker could not be asked.
    Unreachable,
    /// The organization may not synchronise.
    FeatureOff,
}

/// The form of the settings. `product` is what the product is called.
pub(crate) fn form(descriptor: &Descriptor, product: &str, mapped: &Mapped) -> Vec<Field> {
    let fields = descriptor.settings.iter().map(|setting| field(descriptor, setting, product, mapped));
    let mut fields: Vec<Field> = fields.collect();
    match mapped {
        Mapped::Known(_) => {}
        Mapped::Unreachable => {
            if !fields.is_empty() {
                let first = fields.remove(0);
                fields.insert(0, first.disabled(descriptor.unreachable_text.clone()));
            }
        }
        Mapped::FeatureOff => {
            let reason = "Your organization does not have access to this feature";
            fields = fields.into_iter().map(|field| field.disabled(reason)).collect();
        }
    }
    fields
}

fn field(descriptor: &Descriptor, setting: &Setting, product: &str, mapped: &Mapped) -> Field {
    let kind = match setting.kind {
        SettingKind::Boolean => FieldKind::Boolean,
        SettingKind::Select(_) => FieldKind::Select,
        SettingKind::TextList => FieldKind::Textarea,
        SettingKind::StatusMapping => FieldKind::ChoiceMapper,
    };
    let text = |text: &str| text.replace("{product}", product);
    let mut field = Field::new(setting.name.clone(), kind, text(&setting.label));
    field.help = Some(text(&setting.help));
    field.placeholder = Some(setting.placeholder.clone()).filter(|text| !text.is_empty());
    field.default.clone_from(&setting.default);
    if let SettingKind::Select(choices) = &setting.kind {
        let choices = choices.iter().map(|(value, label)| Choice::new(value, label));
        field.choices = Some(choices.collect());
    }
    if setting.kind == SettingKind::StatusMapping {
        let nothing = StatusMapping::default();
        let mapping = match mapped {
            Mapped::Known(mapping) => mapping,
            Mapped::Unreachable | Mapped::FeatureOff => &nothing,
        };
        field = choice_mapper(descriptor, field, mapping);
    }
    field
}

fn choice_mapper(descriptor: &Descriptor, field: Field, mapping: &StatusMapping) -> Field {
    let tracker = &descriptor.name;
    let noun = match mapping.project_noun.as_str() {
        "" => format!("{tracker} Project"),
        noun => noun.to_owned(),
    };
    let lower = match noun.strip_prefix(tracker.as_str()) {
        Some(rest) => format!("{tracker}{}", rest.to_ascii_lowercase()),
        None => noun.clone(),
    };
    let items: Vec<Value> =
        mapping.projects.iter().map(|item| json!({"value": item.value, "label": item.label})).collect();
    let mut dropdown = json!({
        "emptyMessage": "All projects configured",
        "noResultsMessage": format!("Could not find {lower}"),
        "items": items,
    });
    if let Value::Object(keys) = &mut dropdown {
        keys.extend(mapping.dropdown.clone());
    }
    let selector = json!({"choices": mapping.statuses, "placeholder": "Select a status"});
    field
        .with("addButtonText", format!("Add {noun}"))
        .with("addDropdown", dropdown)
        .with("mappedSelectors", json!({"on_resolve": selector, "on_unresolve": selector}))
        .with("columnLabels", json!({"on_resolve": "When resolved", "on_unresolve": "When unresolved"}))
        .with("mappedColumnLabel", noun)
        .with("formatMessageValue", false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_provider::{IntegrationKind, Metadata, Object};

    fn descriptor() -> Descriptor {
        Descriptor {
            key: "jira_server".to_owned(),
            name: "Jira Server".to_owned(),
            path: "jira-server".to_owned(),
            metadata: Metadata {
                description: String::new(),
                features: Vec::new(),
                author: String::new(),
                noun: String::new(),
                issue_url: String::new(),
                source_url: String::new(),
                aspects: Object::new(),
            },
            features: Vec::new(),
            kind: IntegrationKind::ProjectManagement,
            can_add: true,
            can_disable: false,
            needs_default_identity: true,
            requires_feature_flag: false,
            allow_multiple: true,
            setup_window: (600, 600),
            setup_steps: Vec::new(),
            initial_fields: Vec::new(),
            remembered_fields: Vec::new(),
            remembered_by_user: Vec::new(),
            settings: Setting::standard("Jira Server"),
            at_names: false,
            unreachable_text: "Unable to communicate with the Jira instance.".to_owned(),
        }
    }

    #[test]
    fn the_mapping_of_statuses_has_the_form_of_the_contract() {
        let mapping = StatusMapping {
            projects: vec![Choice::new("20400", "Operations")],
            statuses: vec![Choice::new("6", "Shipped"), Choice::new("1", "Open")],
            project_noun: "Jira Server Project".to_owned(),
            dropdown: Object::new(),
        };
        let form = form(&descriptor(), "Sentry", &Mapped::Known(mapping));
        let names: Vec<&str> = form.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "sync_status_forward",
                "sync_forward_assignment",
                "sync_comments",
                "sync_status_reverse",
                "sync_reverse_assignment",
                "resolution_strategy"
            ]
        );
        let labels: Vec<&str> = form.iter().filter_map(|field| field.label.as_deref()).collect();
        assert_eq!(labels[0], "Sync Sentry Status to Jira Server");
        assert_eq!(labels[3], "Sync Jira Server Status to Sentry");
        let shown = serde_json::to_value(&form[0]).unwrap();
        let choices = json!([["6", "Shipped"], ["1", "Open"]]);
        assert_eq!(shown["addDropdown"]["items"], json!([{"value": "20400", "label": "Operations"}]));
        assert_eq!(shown["addDropdown"]["noResultsMessage"], "Could not find Jira Server project");
        assert_eq!(shown["addButtonText"], "Add Jira Server Project");
        assert_eq!(shown["mappedSelectors"]["on_resolve"]["choices"], choices);
        assert_eq!(shown["mappedSelectors"]["on_unresolve"]["choices"], choices);
        assert_eq!(shown["formatMessageValue"], json!(false));
    }

    #[test]
    fn a_tracker_that_is_not_reachable_disables_the_first_field() {
        let form = form(&descriptor(), "Sentry", &Mapped::Unreachable);
        assert_eq!(form[0].disabled_reason.as_deref(), Some("Unable to communicate with the Jira instance."));
        assert!(form[1..].iter().all(|field| field.disabled.is_none()));
    }

    #[test]
    fn without_the_feature_every_field_is_disabled() {
        let form = form(&descriptor(), "Sentry", &Mapped::FeatureOff);
        let reason = Some("Your organization does not have access to this feature");
        assert!(form.iter().all(|field| field.disabled_reason.as_deref() == reason));
    }
}
