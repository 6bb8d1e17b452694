use patchbay_provider::{Object, Result, Ticket};
use serde_json::Value;

use crate::api::Api;
use crate::key::{Key, Repository};

/// Characters of a title and of a description, as GitHub limits them.
pub(crate) const MAX_TITLE: usize = 256;
pub(crate) const MAX_TEXT: usize = 65_536;

/// A ticket that does not exist is [`Kind::Gone`](patchbay_provider::Kind::Gone). One that was moved has its new key.
pub(crate) async fn get(api: &Api<'_>, key: &str) -> Result<Ticket> {
    let key = Key::parse(key)?;
    let found: Value = api.get(&key.path(""), &[]).await?;
    Ok(read(&found, &key.repository))
}

/// Reads an issue. `repository` is where it was looked for.
pub(crate) fn read(issue: &Value, repository: &Repository) -> Ticket {
    let text = |name: &str, max: usize| short(issue[name].as_str().unwrap_or_default(), max);
    let repository = repository_of(issue).unwrap_or_else(|| repository.clone());
    let number = issue["number"].as_u64().unwrap_or_default();
    let mut metadata = Object::new();
    if let Some(id) = issue["id"].as_u64() {
        metadata.insert("provider_issue_id".to_owned(), id.to_string().into());
    }
    Ticket {
        key: Key { repository: repository.clone(), number }.to_string(),
        title: text("title", MAX_TITLE),
        description: text("body", MAX_TEXT),
        project: repository.to_string(),
        status: text("state", MAX_TITLE),
        metadata,
    }
}

/// From `https://api.github.com/repos/acme/shop`.
fn repository_of(issue: &Value) -> Option<Repository> {
    let mut parts = issue["repository_url"].as_str()?.rsplitn(3, '/');
    let (name, owner) = (parts.next()?, parts.next()?);
    Repository::parse(&format!("{owner}/{name}"))
}

/// The first characters of a text.
pub(crate) fn short(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_issue_has_the_key_of_the_repository_in_which_it_is_now() {
        let issue = json!({
            "id": 9001, "number": 3, "title": "Printer on fire", "body": null, "state": "open",
            "repository_url": "https://api.github.com/repos/acme/store",
        });
        let ticket = read(&issue, &Repository::parse("acme/shop").unwrap());
        assert_eq!((ticket.key.as_str(), ticket.project.as_str()), ("acme/store#3", "acme/store"));
        assert_eq!((ticket.status.as_str(), ticket.description.as_str()), ("open", ""));
        assert_eq!(ticket.metadata["provider_issue_id"], "9001");
    }
}
