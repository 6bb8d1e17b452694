//! Choices for fields of forms.

use patchbay_provider::{Choice, Failure, Result, Search};
use serde_json::Value;

use crate::assignee::User;
use crate::jira::{Jira, part};

pub(crate) async fn search(jira: &Jira<'_>, search: &Search) -> Result<Vec<Choice>> {
    match search.field.as_str() {
        "externalIssue" | "parent" => tickets(jira, &search.query).await,
        "assignee" | "reporter" => {
            let found = users(jira, search).await;
            found.map_err(|_| Failure::refused("Unable to fetch users from Jira"))
        }
        field => {
            let found = suggestions(jira, field, &search.query).await;
            found.map_err(|_| Failure::refused(format!("Unable to fetch autocomplete for {field} from Jira")))
        }
    }
}

async fn tickets(jira: &Jira<'_>, query: &str) -> Result<Vec<Choice>> {
    let quoted = query.replace('\\', "\\\\").replace('"', "\\\"");
    let jql = match is_key(query) {
        true => format!("id=\"{quoted}\""),
        false => format!("text ~ \"{quoted}\""),
    };
    let found: Value = jira.get("rest/api/2/search/", &[("jql", &jql)]).await?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let issues = found["issues"].as_array().into_iter().flatten();
    let choices = issues.map(|issue| {
        let (key, summary) = (text(&issue["key"]), text(&issue["fields"]["summary"]));
        Choice::new(key.clone(), format!("({key}) {summary}"))
    });
    Ok(choices.collect())
}

/// A letter, letters and digits, a dash, digits.
fn is_key(text: &str) -> bool {
    let Some((project, number)) = text.rsplit_once('-') else { return false };
    project.starts_with(|c: char| c.is_ascii_alphabetic())
        && project.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// The project is chosen by its id; Jira wants its key.
async fn users(jira: &Jira<'_>, search: &Search) -> Result<Vec<Choice>> {
    let project = jira.metadata(&format!("rest/api/2/project/{}", part(&search.project)), &[]).await?;
    let key = project["key"].as_str().unwrap_or(&search.project);
    let query = [("project", key), ("username", search.query.as_str())];
    let users: Vec<User> = jira.get("rest/api/2/user/assignable/search", &query).await?;
    let choices = users.into_iter().map(|user| {
        let label = format!("{} - {} ({})", user.display_name, user.email_address, user.name);
        Choice::new(user.name, label)
    });
    Ok(choices.collect())
}

async fn suggestions(jira: &Jira<'_>, field: &str, query: &str) -> Result<Vec<Choice>> {
    let name = match field.strip_prefix("customfield_") {
        Some(number) => format!("cf[{number}]"),
        None => field.to_owned(),
    };
    let asked = [("fieldName", name.as_str()), ("fieldValue", query)];
    let found: Value = jira.get("rest/api/2/jql/autocompletedata/suggestions", &asked).await?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let results = found["results"].as_array().into_iter().flatten();
    let choices = results
        .map(|result| Choice::new(text(&result["value"]), without_marks(&text(&result["displayName"]))));
    Ok(choices.collect())
}

/// Jira marks what matched with HTML.
fn without_marks(text: &str) -> String {
    let (mut plain, mut in_mark) = (String::new(), false);
    for c in text.chars() {
        match c {
            '<' => in_mark = true,
            '>' if in_mark => in_mark = false,
            c if !in_mark => plain.push(c),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_texts() {
        assert!(is_key("OPS-7") && is_key("a1-22"));
        for text in ["OPS", "OPS-", "-7", "1A-2", "printer on fire", "OPS-7 fire"] {
            assert!(!is_key(text), "{text}");
        }
    }

    #[test]
    fn marks_of_html_are_removed() {
        assert_eq!(without_marks("<b>Ba</b>cklog (12)"), "Backlog (12)");
    }
}
