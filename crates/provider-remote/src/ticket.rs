//! Tickets and comments in the answers of a program.

use patchbay_provider::{Failure, Kind, Object, Result, Ticket};
use serde::Deserialize;
use serde_json::Value;

const MAX_KEY: usize = 256;
/// Characters of a title.
const MAX_TITLE: usize = 1000;
/// Characters of a description.
const MAX_DESCRIPTION: usize = 64 * 1024;
/// Bytes of further data, as JSON.
const MAX_METADATA: usize = 4 * 1024;

/// A ticket.
#[derive(Debug, Deserialize)]
pub(crate) struct Message {
    key: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    project: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    metadata: Object,
}

impl Message {
    pub(crate) fn ticket(self) -> Result<Ticket> {
        if !(1..=MAX_KEY).contains(&self.key.len()) {
            return Err(Failure::new(Kind::Unreadable, "The provider answered without a usable key."));
        }
        let bounded = |text: String, limit: usize| text.chars().take(limit).collect::<String>();
        let is_small = Value::Object(self.metadata.clone()).to_string().len() <= MAX_METADATA;
        Ok(Ticket {
            key: self.key,
            title: bounded(self.title, MAX_TITLE),
            description: bounded(self.description, MAX_DESCRIPTION),
            project: bounded(self.project, MAX_KEY),
            status: bounded(self.status, MAX_KEY),
            metadata: if is_small { self.metadata } else { Object::new() },
        })
    }
}

/// The answer of `create_comment`.
#[derive(Debug, Deserialize)]
pub(crate) struct Comment {
    id: String,
}

impl Comment {
    pub(crate) fn id(self) -> Result<String> {
        if (1..=MAX_KEY).contains(&self.id.len()) {
            return Ok(self.id);
        }
        Err(Failure::new(Kind::Unreadable, "The provider answered without a usable id of the comment."))
    }
}

/// Quotes a comment as in mails, which is right in plain text and in Markdown.
pub(crate) fn quote(author: &str, text: &str) -> String {
    let mut quoted = format!("{author} wrote:\n");
    for line in text.lines() {
        quoted.push_str("\n> ");
        quoted.push_str(line);
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_comment_is_quoted() {
        assert_eq!(quote("Wren Ford", "It broke.\nAgain."), "Wren Ford wrote:\n\n> It broke.\n> Again.");
    }
}
