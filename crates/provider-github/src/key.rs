//! Names of repositories, and keys of tickets: `acme/shop#12`.

use patchbay_provider::{Failure, Object, Result};
use serde_json::Value;
use url::Url;

/// Characters of an owner, and of a repository.
const MAX_NAME: usize = 100;

/// A repository: `acme/shop`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repository {
    pub(crate) owner: String,
    pub(crate) name: String,
}

/// A ticket: `acme/shop#12`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) repository: Repository,
    pub(crate) number: u64,
}

impl Repository {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (owner, name) = text.split_once('/')?;
        (is_name(owner) && is_name(name)).then(|| Self { owner: owner.to_owned(), name: name.to_owned() })
    }

    /// Its path at the interface.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("repos/{self}/{rest}")
    }
}

impl Key {
    /// # Errors
    /// The text is not a key.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let key = text.split_once('#').and_then(|(repository, number)| {
            Some(Self { repository: Repository::parse(repository)?, number: number_of(number)? })
        });
        key.ok_or_else(|| Failure::refused("The key of a ticket at GitHub is like acme/shop#12."))
    }

    /// Its path at the interface.
    pub(crate) fn path(&self, rest: &str) -> String {
        self.repository.path(&format!("issues/{}{rest}", self.number))
    }
}

impl std::fmt::Display for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.repository, self.number)
    }
}

/// A part of a path that means itself.
fn is_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(is_allowed) && !matches!(text, "." | "..")
}

fn number_of(text: &str) -> Option<u64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number > 0)
}

/// A text of a form; numbers are taken as they are written.
pub(crate) fn text(fields: &Object, name: &str) -> String {
    match fields.get(name) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The key from the form to link a ticket: a number with the repository beside it, a key, or the whole address of an issue or pull
/// request. `host` is that of GitHub's pages, and `account` owns all repositories of the integration.
pub(crate) fn entered(fields: &Object, host: &str, account: &str) -> Result<Key> {
    let given = text(fields, "externalIssue");
    let key = if given.contains("://") {
        of_address(&given, host)?
    } else if given.contains('/') {
        Key::parse(&given).map_err(|failure| Failure::field("externalIssue", failure.message))?
    } else {
        let number = number_of(given.trim_start_matches('#'));
        let number = number.ok_or_else(|| wrong("Enter the number of an issue, or its address."))?;
        let repository = match text(fields, "repo").as_str() {
            "" => return Err(Failure::field("repo", "This field is required.")),
            given => Repository::parse(given).ok_or_else(|| Failure::field("repo", "Unknown repository."))?,
        };
        Key { repository, number }
    };
    if !key.repository.owner.eq_ignore_ascii_case(account) {
        return Err(wrong("The repository does not belong to this integration."));
    }
    Ok(key)
}

fn of_address(text: &str, host: &str) -> Result<Key> {
    let url = Url::parse(text).map_err(|_| wrong("Enter a valid URL."))?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    if format!("{}{port}", url.host_str().unwrap_or_default()) != host {
        return Err(wrong("The address is not at the host of this integration."));
    }
    let parts: Vec<&str> = url.path_segments().into_iter().flatten().collect();
    let key = match parts.as_slice() {
        [owner, name, "issues" | "pull", number, ..] => {
            Repository::parse(&format!("{owner}/{name}")).zip(number_of(number))
        }
        _ => None,
    };
    let (repository, number) = key.ok_or_else(|| wrong("The address is not one of an issue."))?;
    Ok(Key { repository, number })
}

fn wrong(message: &str) -> Failure {
    Failure::field("externalIssue", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn enter(fields: Value) -> Result<String, String> {
        let Value::Object(fields) = fields else { panic!("an object") };
        let found = entered(&fields, "github.com", "acme");
        found.map(|key| key.to_string()).map_err(|failure| match failure.kind {
            patchbay_provider::Kind::Fields(fields) => format!("{}: {}", fields[0].0, fields[0].1[0]),
            _ => failure.message,
        })
    }

    #[test]
    fn numbers_keys_and_whole_addresses_are_read() {
        for given in [
            json!({ "repo": "acme/shop", "externalIssue": "12" }),
            json!({ "repo": "acme/shop", "externalIssue": 12 }),
            json!({ "repo": "acme/shop", "externalIssue": "#12" }),
            json!({ "externalIssue": "acme/shop#12" }),
            json!({ "externalIssue": "https://github.com/acme/shop/issues/12" }),
            json!({ "externalIssue": "https://github.com/acme/shop/pull/12/files#diff" }),
            json!({ "externalIssue": " https://GitHub.com/acme/shop/issues/12?x=1#issuecomment-7 " }),
        ] {
            assert_eq!(enter(given.clone()).as_deref(), Ok("acme/shop#12"), "{given}");
        }
        let other_case = enter(json!({ "externalIssue": "https://github.com/Acme/Shop/issues/12" }));
        assert_eq!(other_case.as_deref(), Ok("Acme/Shop#12"));
    }

    #[test]
    fn another_host_another_account_and_nonsense_are_refused() {
        let foreign = "externalIssue: The repository does not belong to this integration.";
        for (given, expected) in [
            (json!({ "externalIssue": "12" }), "repo: This field is required."),
            (json!({ "repo": "shop", "externalIssue": "12" }), "repo: Unknown repository."),
            (
                json!({ "externalIssue": "printer" }),
                "externalIssue: Enter the number of an issue, or its address.",
            ),
            (json!({ "externalIssue": "rust-lang/rust#1" }), foreign),
            (json!({ "externalIssue": "https://github.com/rust-lang/rust/issues/1" }), foreign),
            (
                json!({ "externalIssue": "https://github.com.evil.test/acme/shop/issues/1" }),
                "externalIssue: The address is not at the host of this integration.",
            ),
            (
                json!({ "externalIssue": "https://github.com/acme/shop/wiki" }),
                "externalIssue: The address is not one of an issue.",
            ),
        ] {
            assert_eq!(enter(given.clone()).unwrap_err(), expected, "{given}");
        }
    }

    #[test]
    fn a_key_is_one_way_to_write_a_ticket() {
        assert_eq!(Key::parse("acme/shop#12").unwrap().to_string(), "acme/shop#12");
        assert_eq!(
            Key::parse("acme/.github#1").unwrap().path("/comments"),
            "repos/acme/.github/issues/1/comments"
        );
        for wrong in
            ["", "acme/shop", "acme/shop#", "acme/shop#0", "acme/shop#+1", "../x#1", "a/b/c#1", "a/b?#1"]
        {
            assert!(Key::parse(wrong).is_err(), "{wrong}");
        }
    }
}
