//! Origins from which browsers may use an app's tokens.

use crate::domain::problems::Messages;
use crate::domain::problems::one;

const MAX_LENGTH: usize = 255;
/// Each request from a browser is compared with all of them.
const MAX_ORIGINS: usize = 100;

pub(crate) fn check(origins: &[String]) -> Result<Vec<String>, Messages> {
    if origins.len() > MAX_ORIGINS {
        return Err(one(format!("Ensure this field has no more than {MAX_ORIGINS} elements.")));
    }
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

    #[test]
    fn the_number_of_origins_is_bounded() {
        let origins: Vec<_> = (0..=MAX_ORIGINS).map(|n| format!("https://{n}.example")).collect();
        assert_eq!(check(&origins).unwrap_err(), ["Ensure this field has no more than 100 elements."]);
        assert_eq!(check(&origins[1..]).unwrap().len(), 100);
    }
}
