//! The forms of a new ticket and of a link.

use patchbay_provider::{Choice, Failure, Field, FieldKind, Installation, IssueInfo, Kind, Object, Result};
use serde_json::Value;

use crate::fields::JiraField;
use crate::jira::{Jira, part};

/// The setting with fields that forms leave out.
pub(crate) const IGNORED_FIELDS: &str = "issues_ignored_fields";
/// Fields that come first, in this order.
const FIRST: [&str; 4] = ["priority", "fixVersions", "components", "security"];
/// Fields that the form has in another way, or that cannot be filled in.
const LEFT_OUT: [&str; 9] = [
    "project",
    "issuetype",
    "summary",
    "description",
    "issuelinks",
    "timetracking",
    "worklog",
    "attachment",
    "title",
];
const NO_PROJECTS: &str = "Could not fetch project list from Jira Server. Ensure that Jira Server is available and your account is still active.";
const NO_METADATA: &str = "Could not fetch issue creation metadata from Jira Server. Ensure that the integration user has access to the requested project.";
/// Entries of one page of Jira, and pages that are read.
const PAGE: usize = 50;
const MAX_PAGES: usize = 20;

fn link_text(issue: &IssueInfo) -> String {
    format!("[{}|{}?referrer={}]", issue.short_id, issue.url, crate::KEY)
}

fn search_url(installation: &Installation) -> String {
    let organization = installation.organization.as_ref().map(|of| of.slug.as_str()).unwrap_or_default();
    format!("/extensions/jira-server/search/{organization}/{}/", installation.integration.id)
}

pub(crate) fn link(installation: &Installation, issue: &IssueInfo) -> Vec<Field> {
    let comment = format!("Linked {} Issue: {}", installation.product, link_text(issue));
    vec![
        Field::new("externalIssue", FieldKind::Select, "Issue").with("url", search_url(installation)),
        Field::new("comment", FieldKind::Textarea, "Comment")
            .default(comment)
            .with("autosize", true)
            .with("maxRows", 10),
    ]
}

pub(crate) async fn create(
    jira: &Jira<'_>,
    installation: &Installation,
    issue: Option<&IssueInfo>,
    chosen: &Object,
) -> Result<Vec<Field>> {
    let projects = projects(jira).await?;
    let wanted = |name: &str| {
        let of = |object: &Object| object.get(name).and_then(Value::as_str).map(str::to_owned);
        of(chosen).or_else(|| issue.and_then(|issue| of(&issue.defaults)))
    };
    let known = wanted("project").filter(|id| projects.iter().any(|project| project.value == *id));
    let project = known.unwrap_or_else(|| projects[0].value.clone());
    let mut form = vec![
        Field::new("project", FieldKind::Select, "Jira Project")
            .default(project.clone())
            .choices(projects)
            .with("updatesForm", true),
    ];
    if let Some(issue) = issue {
        form.extend(texts(installation, issue));
    }
    let types = types(jira, &project).await.unwrap_or_default();
    if types.is_empty() {
        form.push(Field::blank("error", NO_METADATA));
        return Ok(form);
    }
    let known = wanted("issuetype").filter(|id| types.iter().any(|kind| kind.value == *id));
    let kind = known.unwrap_or_else(|| types[0].value.clone());
    form.push(
        Field::new("issuetype", FieldKind::Select, "Issue Type")
            .required()
            .default(kind.clone())
            .choices(types)
            .with("updatesForm", true),
    );
    let ignored = ignored(installation);
    let search_url = search_url(installation);
    for field in ordered(fields(jira, &project, &kind).await?) {
        if LEFT_OUT.contains(&field.field_id.as_str()) || ignored.contains(&field.field_id.as_str()) {
            continue;
        }
        let mut shown = field.form_field(&search_url);
        if let Some(default) = issue.and_then(|issue| issue.defaults.get(&field.field_id)) {
            shown.default = Some(default.clone());
        }
        form.push(shown);
    }
    Ok(form)
}

fn texts(installation: &Installation, issue: &IssueInfo) -> [Field; 2] {
    let link = link_text(issue);
    let description = match issue.body.as_str() {
        "" => format!("{} Issue: {link}", installation.product),
        body => format!("{} Issue: {link}\n\n{{code}}\n{body}\n{{code}}", installation.product),
    };
    [
        Field::new("title", FieldKind::String, "Title").required().default(issue.title.clone()),
        Field::new("description", FieldKind::Textarea, "Description")
            .default(description)
            .with("autosize", true)
            .with("maxRows", 10),
    ]
}

fn ignored(installation: &Installation) -> Vec<&str> {
    let list = installation.config.get(IGNORED_FIELDS).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn ordered(mut fields: Vec<JiraField>) -> Vec<JiraField> {
    let position = |field: &JiraField| FIRST.iter().position(|first| *first == field.field_id);
    fields.sort_by_key(|field| (position(field).unwrap_or(FIRST.len()), field.field_id.clone()));
    fields
}

async fn projects(jira: &Jira<'_>) -> Result<Vec<Choice>> {
    let failed = |failure: Failure| failure.with_message(NO_PROJECTS);
    let found = jira.metadata("rest/api/2/project", &[]).await.map_err(failed)?;
    let projects = choices(found.as_array().into_iter().flatten(), "key");
    if projects.is_empty() {
        return Err(Failure::new(Kind::Refused, NO_PROJECTS));
    }
    Ok(projects)
}

async fn types(jira: &Jira<'_>, project: &str) -> Result<Vec<Choice>> {
    let path = format!("rest/api/2/issue/createmeta/{}/issuetypes", part(project));
    Ok(choices(pages(jira, &path).await?.iter(), "name"))
}

/// The fields of a type of ticket in a project.
pub(crate) async fn fields(jira: &Jira<'_>, project: &str, kind: &str) -> Result<Vec<JiraField>> {
    let path = format!("rest/api/2/issue/createmeta/{}/issuetypes/{}", part(project), part(kind));
    let values = pages(jira, &path).await?;
    Ok(values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect())
}

/// The values of all pages. A Jira that knows no pages answers with all at once.
async fn pages(jira: &Jira<'_>, path: &str) -> Result<Vec<Value>> {
    let mut values = Vec::new();
    for _ in 0..MAX_PAGES {
        let (start, size) = (values.len().to_string(), PAGE.to_string());
        let query = [("startAt", start.as_str()), ("maxResults", size.as_str())];
        let page = jira.metadata(path, &query).await?;
        let found = page["values"].as_array().cloned().unwrap_or_default();
        let is_last = page["isLast"].as_bool().unwrap_or(true) || found.is_empty();
        values.extend(found);
        if is_last {
            break;
        }
    }
    Ok(values)
}

fn choices<'v>(entries: impl Iterator<Item = &'v Value>, label: &str) -> Vec<Choice> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    entries.map(|entry| Choice::new(text(&entry["id"]), text(&entry[label]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn important_fields_come_first_and_the_rest_by_id() {
        let field = |id: &str| JiraField { field_id: id.to_owned(), ..JiraField::default() };
        let fields = ["labels", "components", "assignee", "priority"].map(field).to_vec();
        let ids: Vec<String> = ordered(fields).into_iter().map(|field| field.field_id).collect();
        assert_eq!(ids, ["priority", "components", "assignee", "labels"]);
    }
}
