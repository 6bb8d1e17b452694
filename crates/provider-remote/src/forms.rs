//! Forms, and the choices of their fields.

use patchbay_provider::{
    Choice, Failure, Field, FieldKind, Installation, IssueInfo, Kind, Object, Result, StatusMapping,
};
use serde::Deserialize;
use serde_json::{Value, json};

const MAX_FIELDS: usize = 100;
/// Choices of one field, projects, statuses.
const MAX_CHOICES: usize = 1000;
/// Characters of a value or of its text.
const MAX_TEXT: usize = 256;

/// The answer of `create_form`.
#[derive(Debug, Deserialize)]
pub(crate) struct Form {
    fields: Vec<FormField>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FormField {
    name: String,
    #[serde(rename = "type")]
    kind: FieldKind,
    #[serde(default)]
    label: String,
    help: Option<String>,
    placeholder: Option<String>,
    default: Option<Value>,
    #[serde(default)]
    required: bool,
    choices: Option<Vec<ChoiceMessage>>,
    /// The choices are searched for while a person types.
    #[serde(default)]
    search: bool,
    /// The form is asked for again when the value changes.
    #[serde(default)]
    updates_form: bool,
    #[serde(default)]
    multiple: bool,
}

#[derive(Debug, Deserialize)]
struct ChoiceMessage {
    value: String,
    label: String,
}

/// The answer of `search`.
#[derive(Debug, Deserialize)]
pub(crate) struct Choices {
    choices: Vec<ChoiceMessage>,
}

/// The answer of `statuses`.
#[derive(Debug, Deserialize)]
pub(crate) struct Statuses {
    projects: Vec<ChoiceMessage>,
    statuses: Vec<ChoiceMessage>,
}

fn choices(messages: Vec<ChoiceMessage>) -> Vec<Choice> {
    let bounded = |text: String| text.chars().take(MAX_TEXT).collect::<String>();
    let messages = messages.into_iter().take(MAX_CHOICES);
    messages.map(|message| Choice::new(bounded(message.value), bounded(message.label))).collect()
}

impl Choices {
    pub(crate) fn choices(self) -> Vec<Choice> {
        choices(self.choices)
    }
}

impl Statuses {
    pub(crate) fn mapping(self, project_noun: &str) -> StatusMapping {
        StatusMapping {
            projects: choices(self.projects),
            statuses: choices(self.statuses),
            project_noun: project_noun.to_owned(),
            dropdown: Object::new(),
        }
    }
}

impl Form {
    /// The fields in the form of the API.
    pub(crate) fn fields(self, search_url: &str) -> Result<Vec<Field>> {
        if self.fields.len() > MAX_FIELDS {
            return Err(Failure::new(Kind::Unreadable, "The form of the provider has too many fields."));
        }
        Ok(self.fields.into_iter().map(|field| field.field(search_url)).collect())
    }
}

impl FormField {
    fn field(self, search_url: &str) -> Field {
        let mut field = Field::new(self.name, self.kind, self.label);
        field.help = self.help;
        field.placeholder = self.placeholder;
        field.default = self.default;
        field.required = self.required.then_some(true);
        field.choices = self.choices.map(choices);
        let marks = [
            ("updatesForm", self.updates_form.then(|| json!(true))),
            ("multiple", self.multiple.then(|| json!(true))),
            ("url", self.search.then(|| json!(search_url))),
        ];
        marks.into_iter().fold(field, |field, (key, mark)| match mark {
            Some(mark) => field.with(key, mark),
            None => field,
        })
    }
}

/// An issue in the arguments of `create_form`.
pub(crate) fn issue(issue: &IssueInfo, installation: &Installation) -> Value {
    let link = format!("{} issue {}: {}", installation.product, issue.short_id, issue.url);
    let description = if issue.body.is_empty() { link } else { format!("{link}\n\n{}", issue.body) };
    json!({
        "id": issue.id.to_string(),
        "shortId": issue.short_id,
        "title": issue.title,
        "description": description,
        "url": issue.url,
        "defaults": issue.defaults,
    })
}

/// Where the choices of fields of this installation are searched for.
pub(crate) fn search_url(installation: &Installation, path: &str) -> String {
    let organization = installation.organization.as_ref().map(|of| of.slug.as_str()).unwrap_or_default();
    format!("/extensions/{path}/search/{organization}/{}/", installation.integration.id)
}

/// The form to link a ticket is the same for every tracker.
pub(crate) fn link(installation: &Installation, issue: &IssueInfo, path: &str) -> Vec<Field> {
    let comment = format!("Linked {} issue {}: {}", installation.product, issue.short_id, issue.url);
    vec![
        Field::new("externalIssue", FieldKind::Select, "Issue")
            .required()
            .with("url", search_url(installation, path)),
        Field::new("comment", FieldKind::Textarea, "Comment")
            .default(comment)
            .with("autosize", true)
            .with("maxRows", 10),
    ]
}
