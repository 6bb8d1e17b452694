//! The webhook and redirect URLs of an app.

use url::Url;

use crate::domain::problems::Messages;
use crate::domain::problems::one;

const MAX_LENGTH: usize = 512;

/// The trimmed URL; `None` if it is absent or blank.
pub(crate) fn check(given: Option<&str>) -> Result<Option<String>, Messages> {
    let url = given.map(str::trim).unwrap_or_default();
    if url.is_empty() {
        return Ok(None);
    }
    let mut problems = Vec::new();
    if url.chars().count() > MAX_LENGTH {
        problems.push(format!("Ensure this field has no more than {MAX_LENGTH} characters."));
    }
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        problems.extend(one("URL must start with http[s]://"));
    } else if Url::parse(url).is_err() {
        problems.extend(one("Enter a valid URL."));
    }
    if problems.is_empty() { Ok(Some(url.to_owned())) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_url_counts_as_absent() {
        assert_eq!(check(None).unwrap(), None);
        assert_eq!(check(Some(" ")).unwrap(), None);
    }

    #[test]
    fn web_urls_stay_unchanged() {
        let url = "https://hooks.example.com:8443/Sentry?x=1";
        assert_eq!(check(Some(url)).unwrap().unwrap(), url);
    }

    #[test]
    fn other_urls_are_refused() {
        for url in ["ftp://example.com", "example.com", "//example.com", "httpx://example.com"] {
            assert_eq!(check(Some(url)).unwrap_err(), ["URL must start with http[s]://"], "{url}");
        }
        assert_eq!(check(Some("http://")).unwrap_err(), ["Enter a valid URL."]);
        let long = format!("https://example.com/{}", "x".repeat(MAX_LENGTH));
        assert_eq!(check(Some(&long)).unwrap_err(), ["Ensure this field has no more than 512 characters."]);
    }
}
