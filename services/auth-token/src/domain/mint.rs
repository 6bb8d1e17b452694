//! Limits on new tokens.

use patchbay_domain::{Error, Result, ScopeSet};

/// Live tokens of one installation of an internal app.
pub(crate) const MAX_TOKENS: i64 = 20;

/// Personal tokens of one user.
pub(crate) const MAX_PERSONAL_TOKENS: i64 = 100;

/// Characters of the name of a personal token.
const MAX_NAME: usize = 255;

/// Whether an installation with `live` tokens may have one more.
pub(crate) fn one_more(live: i64) -> Result<()> {
    if live < MAX_TOKENS {
        return Ok(());
    }
    Err(Error::forbidden("TOO_MANY_TOKENS", "Cannot generate more than 20 tokens for a single integration"))
}

/// Whether a user with `existing` personal tokens may have one more.
pub(crate) fn one_more_personal(existing: i64) -> Result<()> {
    if existing < MAX_PERSONAL_TOKENS {
        return Ok(());
    }
    let message = format!("Cannot generate more than {MAX_PERSONAL_TOKENS} personal tokens");
    Err(Error::forbidden("TOO_MANY_TOKENS", message))
}

/// The names of the requested scopes and of the scopes they imply.
pub(crate) fn scopes(requested: &[String]) -> Result<Vec<String>> {
    let set = ScopeSet::parse(requested).map_err(|unknown| {
        let message = unknown.to_string();
        Error::invalid("UNKNOWN_SCOPE", message.as_str()).with_field("scopes", message)
    })?;
    Ok(set.expanded().names())
}

/// The trimmed name of a personal token; `None` when it is blank.
pub(crate) fn name(text: &str) -> Result<Option<String>> {
    let text = text.trim();
    if text.chars().count() > MAX_NAME {
        return Err(Error::field(
            "name",
            format!("Ensure this field has no more than {MAX_NAME} characters."),
        ));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twenty_first_token_is_refused() {
        assert!(one_more(0).is_ok());
        assert!(one_more(19).is_ok());
        assert_eq!(
            one_more(20).unwrap_err().message,
            "Cannot generate more than 20 tokens for a single integration"
        );
    }

    #[test]
    fn a_user_has_a_hundred_tokens_at_most() {
        assert!(one_more_personal(99).is_ok());
        assert_eq!(one_more_personal(100).unwrap_err().reason, "TOO_MANY_TOKENS");
    }

    #[test]
    fn implied_scopes_are_held_too() {
        assert_eq!(scopes(&["event:write".into()]).unwrap(), ["event:read", "event:write"]);
        assert_eq!(scopes(&[]).unwrap(), Vec::<String>::new());
        assert_eq!(scopes(&["org:fly".into()]).unwrap_err().reason, "UNKNOWN_SCOPE");
    }

    #[test]
    fn a_name_is_trimmed_and_bounded() {
        assert_eq!(name("  ci ").unwrap().as_deref(), Some("ci"));
        assert_eq!(name(" \t").unwrap(), None);
        assert!(name(&"é".repeat(255)).is_ok());
        assert!(name(&"é".repeat(256)).is_err());
    }
}
