//! The forms of a new ticket and of a link.

use patchbay_provider::{Choice, Field, FieldKind, Installation, IssueInfo, Object, Result};
use serde_json::Value;

use crate::api::Api;
use crate::key::{Repository, text};
use crate::repositories::Repositories;

const REFERRER: &str = "github_integration";
/// Pages of 100 assignees and of 100 labels that a form shows.
const MAX_PAGES: usize = 3;

pub(crate) fn search_url(installation: &Installation) -> String {
    let organization = installation.organization.as_ref().map(|of| of.slug.as_str()).unwrap_or_default();
    format!("/extensions/github/search/{organization}/{}/", installation.integration.id)
}

fn link_text(installation: &Installation, issue: &IssueInfo) -> String {
    format!("{} Issue: [{}]({}?referrer={REFERRER})", installation.product, issue.short_id, issue.url)
}

pub(crate) fn link(
    repositories: &Repositories,
    installation: &Installation,
    issue: &IssueInfo,
) -> Vec<Field> {
    let chosen = chosen(repositories, Some(issue), &Object::new());
    let mut comment = Field::new("comment", FieldKind::Textarea, "Comment")
        .default(link_text(installation, issue))
        .with("autosize", true)
        .with("maxRows", 10);
    comment.required = Some(false);
    comment.help = Some("Leave blank if you don't want to add a comment to the GitHub issue.".to_owned());
    vec![
        repository_field(repositories, installation, chosen.as_ref()),
        Field::new("externalIssue", FieldKind::Select, "Issue Number or Title")
            .required()
            .default("")
            .choices(Vec::new())
            .with("url", search_url(installation)),
        comment,
    ]
}

pub(crate) async fn create(
    api: &Api<'_>,
    repositories: &Repositories,
    issue: Option<&IssueInfo>,
    given: &Object,
) -> Result<Vec<Field>> {
    let installation = api.installation;
    let chosen = chosen(repositories, issue, given);
    let (mut assignees, mut labels) = (vec![Choice::new("", "Unassigned")], Vec::new());
    if let Some(repository) = &chosen {
        assignees.extend(names(api, &repository.path("assignees"), "login").await?);
        labels = names(api, &repository.path("labels"), "name").await?;
        labels.sort_by_key(|label| label.label.to_ascii_lowercase());
    }
    let mut form = vec![repository_field(repositories, installation, chosen.as_ref())];
    if let Some(issue) = issue {
        form.extend(texts(installation, issue));
    }
    let mut assignee = Field::new("assignee", FieldKind::Select, "Assignee").default("").choices(assignees);
    let mut label_field = Field::new("labels", FieldKind::Select, "Labels")
        .default(Value::Array(Vec::new()))
        .choices(labels)
        .with("multiple", true);
    (assignee.required, label_field.required) = (Some(false), Some(false));
    form.extend([assignee, label_field]);
    Ok(form)
}

/// The repository that was chosen, or the last one, or the first.
fn chosen(repositories: &Repositories, issue: Option<&IssueInfo>, given: &Object) -> Option<Repository> {
    let last = issue.map(|issue| text(&issue.defaults, "repo")).unwrap_or_default();
    let wanted = [text(given, "repo"), last];
    let known = wanted.iter().find_map(|name| repositories.find(name));
    known.or_else(|| repositories.iter().next().cloned())
}

fn repository_field(
    repositories: &Repositories,
    installation: &Installation,
    chosen: Option<&Repository>,
) -> Field {
    let mut choices: Vec<Choice> =
        repositories.iter().map(|it| Choice::new(it.to_string(), it.name.clone())).collect();
    let chosen = chosen.map(|chosen| Choice::new(chosen.to_string(), chosen.name.clone()));
    let default = chosen.as_ref().map(|chosen| chosen.value.clone()).unwrap_or_default();
    choices.extend(chosen.filter(|chosen| !choices.contains(chosen)));
    Field::new("repo", FieldKind::Select, "GitHub Repository")
        .required()
        .default(default)
        .choices(choices)
        .with("url", search_url(installation))
        .with("updatesForm", true)
}

fn texts(installation: &Installation, issue: &IssueInfo) -> [Field; 2] {
    let link = link_text(installation, issue);
    let description = match issue.body.as_str() {
        "" => link,
        body => {
            let fence = fence(body);
            format!("{link}\n\n{fence}\n{body}\n{fence}")
        }
    };
    [
        Field::new("title", FieldKind::String, "Title").required().default(issue.title.clone()),
        Field::new("description", FieldKind::Textarea, "Description")
            .default(description)
            .with("autosize", true)
            .with("maxRows", 10),
    ]
}

/// A fence that no line of the text ends.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(longest.saturating_add(1).max(3))
}

async fn names(api: &Api<'_>, path: &str, name: &str) -> Result<Vec<Choice>> {
    let (found, _) = api.pages(path, None, MAX_PAGES).await?;
    let names = found.iter().filter_map(|entry| entry[name].as_str());
    Ok(names.map(|name| Choice::new(name, name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_those_in_the_text() {
        assert_eq!(fence("plain `code`"), "```");
        assert_eq!(fence("a\n````\nb"), "`````");
    }
}
