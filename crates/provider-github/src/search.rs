//! Choices for fields of forms.

use patchbay_provider::{Choice, Failure, Kind, Result, Search};
use serde_json::Value;

use crate::api::Api;
use crate::key::{Key, Repository};
use crate::repositories::Repositories;

/// Choices of one answer.
const MAX_CHOICES: usize = 100;
/// Pages of 100 assignees among which is searched.
const MAX_PAGES: usize = 3;
/// Characters of a query.
const MAX_QUERY: usize = 200;

/// Finds repositories whose full names contain the text.
pub(crate) fn repositories(repositories: &Repositories, query: &str) -> Vec<Choice> {
    let query = query.trim().to_ascii_lowercase();
    let found = repositories.iter().filter(|it| it.to_string().to_ascii_lowercase().contains(&query));
    found.take(MAX_CHOICES).map(|it| Choice::new(it.to_string(), it.name.clone())).collect()
}

/// Finds issues or users of a repository.
pub(crate) async fn in_repository(api: &Api<'_>, search: &Search) -> Result<Vec<Choice>> {
    let unknown = || Failure::refused("repo is a required parameter");
    let repository = Repository::parse(search.project.trim()).ok_or_else(unknown)?;
    match search.field.as_str() {
        "externalIssue" => issues(api, &repository, &search.query).await,
        "assignee" => assignees(api, &repository, &search.query).await,
        field => Err(Failure::refused(format!("{field} cannot be searched"))),
    }
}

/// The issue with that number first, then issues with the text.
async fn issues(api: &Api<'_>, repository: &Repository, query: &str) -> Result<Vec<Choice>> {
    let query: String = query.trim().chars().take(MAX_QUERY).collect();
    let mut found = Vec::new();
    let number = query.trim_start_matches('#').parse::<u64>().ok().filter(|number| *number > 0);
    if let Some(number) = number {
        let key = Key { repository: repository.clone(), number };
        match api.get::<Value>(&key.path(""), &[]).await {
            Ok(issue) => found.push(issue),
            Err(failure) if failure.kind == Kind::Gone => {}
            Err(failure) => return Err(failure),
        }
    }
    let wanted = format!("repo:{repository} is:issue {query}");
    let mut answer: Value = api.get("search/issues", &[("q", wanted.as_str()), ("per_page", "50")]).await?;
    if let Value::Array(more) = answer["items"].take() {
        found.extend(more);
    }
    let mut choices: Vec<Choice> = Vec::new();
    for issue in found {
        let Some(number) = issue["number"].as_u64().map(|number| number.to_string()) else { continue };
        if choices.len() < MAX_CHOICES && !choices.iter().any(|known| known.value == number) {
            let label = format!("#{number} {}", issue["title"].as_str().unwrap_or_default());
            choices.push(Choice::new(number, label));
        }
    }
    Ok(choices)
}

async fn assignees(api: &Api<'_>, repository: &Repository, query: &str) -> Result<Vec<Choice>> {
    let query = query.trim().trim_start_matches('@').to_ascii_lowercase();
    let (found, _) = api.pages(&repository.path("assignees"), None, MAX_PAGES).await?;
    let logins = found.iter().filter_map(|user| user["login"].as_str());
    let logins = logins.filter(|login| login.to_ascii_lowercase().contains(&query));
    Ok(logins.take(MAX_CHOICES).map(|login| Choice::new(login, login)).collect())
}
