//! Origins from which browsers may use an app's tokens.

use crate::domain::problems::Messages;
use crate::domain::problems::one;

const MAX_LENGTH: usize = 255;

pub(crate) fn check(origins: &[String]) -> Result<Vec<String>, Messages> {
    let mut problems = Vec::new();
    if origins.iter().any(|origin| origin.chars().count() > MAX_LENGTH) {
        problems.push(format!("Ensure this field has no more than {MAX_LENGTH} characters."));
    }
    if origins.iter().any(|origin| origin.contains('*')) {
        problems.extend(one("'*' not allowed in origin"));
    }
    if problems.is_empty() { Ok(origins.to_vec()) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_and_long_origins_are_refused() {
        let check = |origin: &str| check(&[origin.to_owned()]);
        assert_eq!(check("https://example.com").unwrap(), ["https://example.com"]);
        assert_eq!(check("https://*.example.com").unwrap_err(), ["'*' not allowed in origin"]);
        let long = "x".repeat(256);
        assert_eq!(check(&long).unwrap_err(), ["Ensure this field has no more than 255 characters."]);
    }
}
