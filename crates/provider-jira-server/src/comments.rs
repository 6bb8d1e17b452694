use patchbay_provider::{Failure, Kind, Result};
use serde_json::{Value, json};

use crate::jira::{Jira, part};

pub(crate) fn quote(author: &str, text: &str) -> String {
    // The end mark in a text would end the quote.
    let text = text.replace("{quote}", "\\{quote\\}");
    format!("{author} wrote:\n\n{{quote}}{text}{{quote}}")
}

pub(crate) async fn create(jira: &Jira<'_>, key: &str, text: &str) -> Result<String> {
    let made =
        jira.post(&format!("rest/api/2/issue/{}/comment", part(key)), &json!({ "body": text })).await?;
    let made: Value = made.json()?;
    let id = made["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| Failure::new(Kind::Unreadable, "Jira answered without the id of the comment."))
}

pub(crate) async fn update(jira: &Jira<'_>, key: &str, comment_id: &str, text: &str) -> Result<()> {
    let path = format!("rest/api/2/issue/{}/comment/{}", part(key), part(comment_id));
    jira.put(&path, &json!({ "body": text })).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_quoted_with_its_author() {
        assert_eq!(quote("Wren Ford", "It broke."), "Wren Ford wrote:\n\n{quote}It broke.{quote}");
        assert_eq!(quote("A", "{quote}x"), "A wrote:\n\n{quote}\\{quote\\}x{quote}");
    }
}
