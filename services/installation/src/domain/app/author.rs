//! The author of an app.

use patchbay_domain::invisible::{PROBLEM, has_invisible};

use crate::domain::problems::Messages;
use crate::domain::problems::one;

const MAX_LENGTH: usize = 255;

/// The trimmed author; `None` if it is blank.
pub(crate) fn check(author: &str) -> Result<Option<String>, Messages> {
    let author = author.trim();
    if author.chars().count() > MAX_LENGTH {
        return Err(one(format!("Ensure this field has no more than {MAX_LENGTH} characters.")));
    }
    if has_invisible(author) {
        return Err(one(PROBLEM));
    }
    Ok(Some(author.to_owned()).filter(|author| !author.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_is_short_and_a_blank_one_is_none() {
        assert_eq!(check(" ACME ").unwrap().as_deref(), Some("ACME"));
        assert_eq!(check(" ").unwrap(), None);
        assert_eq!(check(&"é".repeat(255)).unwrap().unwrap().chars().count(), 255);
        assert_eq!(
            check(&"é".repeat(256)).unwrap_err(),
            ["Ensure this field has no more than 255 characters."]
        );
    }
}
