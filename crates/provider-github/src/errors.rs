//! GitHub's words about a refusal.

use patchbay_provider::{Explained, Kind, Response};
use serde_json::Value;

/// Problems that are read.
const MAX_PROBLEMS: usize = 20;
/// Characters of one text.
const MAX_TEXT: usize = 500;

/// Names of GitHub, and those of our forms.
const FIELDS: [(&str, &str); 5] = [
    ("title", "title"),
    ("body", "description"),
    ("assignee", "assignee"),
    ("assignees", "assignee"),
    ("labels", "labels"),
];

/// `{"message":"…","errors":[{"field":"…","code":"…","message":"…"}]}`; the entries of `errors` may be texts.
pub(crate) fn explain(response: &Response) -> Option<Explained> {
    let body: Value = serde_json::from_slice(&response.body).ok()?;
    let message = short(body["message"].as_str().unwrap_or_default());
    let kind = kind(response.status, &message);
    let mut words = vec![message];
    let mut fields: Vec<(String, Vec<String>)> = Vec::new();
    for problem in body["errors"].as_array().into_iter().flatten().take(MAX_PROBLEMS) {
        let text = words_of(problem);
        let field = FIELDS.iter().find(|(theirs, _)| problem["field"] == *theirs).map(|(_, ours)| *ours);
        if let Some(field) = field {
            match fields.iter_mut().find(|(known, _)| known == field) {
                Some((_, texts)) => texts.push(text.clone()),
                None => fields.push((field.to_owned(), vec![text.clone()])),
            }
        }
        words.push(text);
    }
    words.retain(|word| !word.is_empty());
    Some(Explained { kind, message: words.join(" "), fields })
}

/// GitHub reports some conditions in words only.
fn kind(status: u16, message: &str) -> Option<Kind> {
    let lower = message.to_ascii_lowercase();
    match status {
        401 if lower.contains("'issued at' claim") || lower.contains("'expiration time' claim") => {
            Some(Kind::ClockSkew)
        }
        403 | 429 if lower.contains("rate limit") => Some(Kind::RateLimited),
        _ => None,
    }
}

fn words_of(problem: &Value) -> String {
    let text = |value: &Value| short(value.as_str().unwrap_or_default());
    let message = [&problem["message"], problem].map(text).into_iter().find(|text| !text.is_empty());
    message.unwrap_or_else(|| format!("{}: {}", text(&problem["field"]), text(&problem["code"])))
}

fn short(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use patchbay_egress::HeaderMap;

    use super::*;

    fn explained(status: u16, body: &str) -> Explained {
        let response = Response { status, headers: HeaderMap::new(), body: body.to_owned().into() };
        explain(&response).unwrap()
    }

    #[test]
    fn a_refusal_has_its_words_and_the_fields_of_the_form() {
        let body = r#"{"message":"Validation Failed","errors":[
            {"resource":"Issue","field":"title","code":"missing_field"},
            {"resource":"Issue","field":"body","code":"custom","message":"body is too long"},
            {"resource":"Issue","field":"milestone","code":"invalid"},
            "a text"]}"#;
        let explained = explained(422, body);
        let words = "Validation Failed title: missing_field body is too long milestone: invalid a text";
        assert_eq!(explained.message, words);
        let field = |name: &str, text: &str| (name.to_owned(), vec![text.to_owned()]);
        let expected = [field("title", "title: missing_field"), field("description", "body is too long")];
        assert_eq!(explained.fields, expected);
    }

    #[test]
    fn conditions_in_words_are_recognised() {
        let kind = |status, message: &str| explained(status, &format!(r#"{{"message":"{message}"}}"#)).kind;
        let skewed = "'Expiration time' claim ('exp') is too far in the future";
        assert_eq!(kind(401, skewed), Some(Kind::ClockSkew));
        assert_eq!(kind(401, "Bad credentials"), None);
        let limited = "You have exceeded a secondary rate limit.";
        assert_eq!(kind(403, limited), Some(Kind::RateLimited));
        assert_eq!(kind(403, "Resource not accessible by integration"), None);
    }
}
