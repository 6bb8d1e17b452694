use patchbay_egress::Method;
use patchbay_provider::{Failure, Kind, Result};
use serde_json::json;

use crate::api::Api;
use crate::key::Key;
use crate::ticket::{MAX_TEXT, short};

/// Markdown.
pub(crate) fn quote(author: &str, text: &str) -> String {
    let author = author.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = text.lines().map(|line| format!("> {line}")).collect();
    format!("**{author}** wrote:\n\n{}", lines.join("\n"))
}

pub(crate) async fn create(api: &Api<'_>, key: &str, text: &str) -> Result<String> {
    let path = Key::parse(key)?.path("/comments");
    let made = api.post(&path, json!({ "body": short(text, MAX_TEXT) })).await?;
    let id = made["id"].as_u64().map(|id| id.to_string());
    id.ok_or_else(|| Failure::new(Kind::Unreadable, "GitHub answered without the id of the comment."))
}

pub(crate) async fn update(api: &Api<'_>, key: &str, comment_id: &str, text: &str) -> Result<()> {
    let is_id = !comment_id.is_empty() && comment_id.bytes().all(|byte| byte.is_ascii_digit());
    if !is_id {
        return Err(Failure::new(Kind::Gone, "The comment has no id of GitHub."));
    }
    let path = Key::parse(key)?.repository.path(&format!("issues/comments/{comment_id}"));
    let body = json!({ "body": short(text, MAX_TEXT) });
    api.send(Method::PATCH, &path, &[], Some(body)).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_comment_is_quoted_with_its_author() {
        let expected = "**Wren Ford** wrote:\n\n> It broke.\n> \n> Again.";
        assert_eq!(quote("Wren Ford", "It broke.\n\nAgain."), expected);
        assert_eq!(quote("Wren\nFord", "x"), "**Wren Ford** wrote:\n\n> x");
    }
}
