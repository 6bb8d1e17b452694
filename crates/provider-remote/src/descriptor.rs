//! The file with which a program describes itself.

use patchbay_provider::{
    Choice, Descriptor, Feature, FeatureText, Field, FieldKind, IntegrationKind, Metadata, Object, Setting,
};
use serde::Deserialize;

/// The only step of the setup.
const STEP: &str = "account";
const MAX_KEY: usize = 64;
const MAX_NAME: usize = 100;
const MAX_SETUP_FIELDS: usize = 20;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    key: String,
    name: String,
    description: String,
    #[serde(default)]
    author: String,
    #[serde(default)]
    issue_url: String,
    #[serde(default)]
    source_url: String,
    features: Vec<Feature>,
    #[serde(default = "project_management")]
    kind: IntegrationKind,
    #[serde(default)]
    project_noun: String,
    #[serde(default)]
    remembered_fields: Vec<String>,
    setup: Vec<SetupField>,
}

fn project_management() -> IntegrationKind {
    IntegrationKind::ProjectManagement
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetupField {
    name: String,
    #[serde(rename = "type")]
    kind: FieldKind,
    label: String,
    #[serde(default)]
    help: Option<String>,
    #[serde(default)]
    placeholder: Option<String>,
    #[serde(default)]
    default: Option<String>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    choices: Vec<(String, String)>,
}

/// A description, as the provider uses it.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) descriptor: Descriptor,
    pub(crate) setup: Vec<Field>,
    pub(crate) project_noun: String,
}

/// Reads a description. The problem is in words for the operator.
pub(crate) fn parse(text: &str) -> Result<Described, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    check(&file)?;
    let setup = file.setup.iter().map(SetupField::field).collect();
    let noun =
        if file.project_noun.is_empty() { format!("{} Project", file.name) } else { file.project_noun };
    let descriptor = Descriptor {
        path: file.key.clone(),
        metadata: Metadata {
            description: file.description,
            features: file.features.iter().map(|feature| feature_text(*feature, &file.name)).collect(),
            author: file.author,
            noun: "Installation".to_owned(),
            issue_url: file.issue_url,
            source_url: file.source_url,
            aspects: Object::new(),
        },
        kind: file.kind,
        can_add: true,
        can_disable: false,
        needs_default_identity: false,
        requires_feature_flag: false,
        allow_multiple: true,
        setup_window: (600, 600),
        setup_steps: vec![STEP.to_owned()],
        initial_fields: Vec::new(),
        remembered_fields: file.remembered_fields,
        remembered_by_user: Vec::new(),
        settings: if file.features.contains(&Feature::IssueSync) {
            Setting::standard(&file.name)
        } else {
            Vec::new()
        },
        features: file.features,
        at_names: false,
        unreachable_text: format!(
            "Unable to communicate with the {} instance. You may need to set the integration up again.",
            file.name
        ),
        key: file.key,
        name: file.name,
    };
    Ok(Described { descriptor, setup, project_noun: noun })
}

fn check(file: &File) -> Result<(), String> {
    let mut letters = file.key.bytes();
    let is_key = letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && file.key.len() <= MAX_KEY;
    if !is_key {
        return Err(format!(
            "`key` has 1 to {MAX_KEY} of the characters a-z, 0-9 and _, and begins with a letter"
        ));
    }
    if !(1..=MAX_NAME).contains(&file.name.trim().chars().count()) {
        return Err(format!("`name` has 1 to {MAX_NAME} characters"));
    }
    if !file.features.contains(&Feature::IssueBasic) {
        return Err("`features` contains at least `issue-basic`".to_owned());
    }
    if file.features.contains(&Feature::Commits) {
        return Err("the feature `commits` is not available to programs".to_owned());
    }
    if !(1..=MAX_SETUP_FIELDS).contains(&file.setup.len()) {
        return Err(format!("`setup` has 1 to {MAX_SETUP_FIELDS} fields"));
    }
    for (index, field) in file.setup.iter().enumerate() {
        if file.setup[..index].iter().any(|other| other.name == field.name) {
            return Err(format!("the field `{}` of `setup` is there twice", field.name));
        }
        if matches!(field.kind, FieldKind::ChoiceMapper | FieldKind::Blank) {
            return Err(format!("the field `{}` of `setup` cannot be filled in", field.name));
        }
        if field.kind == FieldKind::Select && field.choices.is_empty() {
            return Err(format!("the select `{}` of `setup` has no choices", field.name));
        }
    }
    Ok(())
}

impl SetupField {
    fn field(&self) -> Field {
        let mut field = Field::new(self.name.as_str(), self.kind, self.label.as_str());
        field.help.clone_from(&self.help);
        field.placeholder.clone_from(&self.placeholder);
        field.default = self.default.clone().map(Into::into);
        field.required = self.required.then_some(true);
        if !self.choices.is_empty() {
            let choices = self.choices.iter().map(|(value, label)| Choice::new(value, label));
            field.choices = Some(choices.collect());
        }
        field
    }
}

fn feature_text(feature: Feature, tracker: &str) -> FeatureText {
    let description = match feature {
        Feature::IssueBasic => format!("Create {tracker} tickets for issues, and link tickets that exist."),
        Feature::IssueSync => format!("Synchronise assignees, statuses and comments with {tracker}."),
        Feature::TicketRules => format!("Create {tracker} tickets by alert rules."),
        Feature::Commits => format!("Read the repositories of {tracker}."),
        Feature::UserMapping => format!("Map names at {tracker} to users and teams."),
    };
    FeatureText { description, feature_gate: format!("integrations-{}", feature.name()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: &str = r#"
        key = "slate"
        name = "Slate"
        description = "Slates on a wall."
        features = ["issue-basic", "issue-sync"]
        [[setup]]
        name = "url"
        type = "text"
        label = "URL"
        required = true
        [[setup]]
        name = "apiKey"
        type = "secret"
        label = "Key"
    "#;

    #[test]
    fn a_description_becomes_a_provider_with_one_step() {
        let Described { descriptor, setup, project_noun } = parse(RIGHT).unwrap();
        assert_eq!((descriptor.key.as_str(), descriptor.path.as_str()), ("slate", "slate"));
        assert_eq!((descriptor.settings.len(), project_noun.as_str()), (6, "Slate Project"));
        let kinds: Vec<_> = setup.iter().map(|field| field.kind).collect();
        assert_eq!(kinds, [FieldKind::Text, FieldKind::Secret]);
    }

    #[test]
    fn each_mistake_is_named() {
        for (from, to, word) in [
            (r#"key = "slate""#, r#"key = "Slate""#, "`key`"),
            (r#"key = "slate""#, r#"key = "9""#, "`key`"),
            (r#"name = "Slate""#, r#"name = " ""#, "`name`"),
            (r#"name = "Slate""#, "", "`name`"),
            (r#"["issue-basic", "issue-sync"]"#, r#"["issue-sync"]"#, "`issue-basic`"),
            (r#"["issue-basic", "issue-sync"]"#, r#"["telepathy"]"#, "telepathy"),
            (r#"["issue-basic", "issue-sync"]"#, r#"["issue-basic", "commits"]"#, "`commits`"),
            (r#"name = "apiKey""#, r#"name = "url""#, "twice"),
            (r#"type = "secret""#, r#"type = "select""#, "no choices"),
            (r#"type = "secret""#, r#"type = "blank""#, "filled in"),
            (
                r#"label = "Key""#,
                r#"label = "Key"
                colour = "red""#,
                "colour",
            ),
        ] {
            let problem = parse(&RIGHT.replacen(from, to, 1)).unwrap_err();
            assert!(problem.contains(word), "{to}: {problem}");
        }
    }
}
