//! The webhook and redirect URLs of an app.

use url::Url;

use crate::domain::problems::Messages;

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
    problems.extend(form_problem(url).map(str::to_owned));
    if problems.is_empty() { Ok(Some(url.to_owned())) } else { Err(problems) }
}

/// What no request could be sent to is refused here, where its author notices.
fn form_problem(url: &str) -> Option<&'static str> {
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        return Some("URL must start with http[s]://");
    }
    // The parser leaves line breaks and tabs out.
    let parsed = Url::parse(url).ok().filter(|_| !url.chars().any(char::is_control));
    match parsed {
        None => Some("Enter a valid URL."),
        Some(parsed) if parsed.port() == Some(0) => Some("Enter a valid URL."),
        Some(parsed) if !parsed.username().is_empty() || parsed.password().is_some() => {
            Some("URL must not contain a user name or password.")
        }
        Some(_) => None,
    }
}

/// Whether both URLs lead to the same scheme, host and port, or there is no URL at all.
pub(crate) fn have_same_origin(one: Option<&str>, other: Option<&str>) -> bool {
    let origin = |url: &str| Url::parse(url).ok().map(|url| url.origin());
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => origin(one).is_some_and(|one| Some(one) == origin(other)),
        _ => false,
    }
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
        for url in [
            "http://",
            "https://example.com:0/",
            "https://example.com/a\r\nb",
            "https://exa\tmple.com",
            "https://example.com:99999/",
            "https://[::1/",
        ] {
            assert_eq!(check(Some(url)).unwrap_err(), ["Enter a valid URL."], "{url:?}");
        }
        for url in ["https://jane@example.com/", "https://:pw@example.com/", "https://a:b@example.com/"] {
            assert_eq!(
                check(Some(url)).unwrap_err(),
                ["URL must not contain a user name or password."],
                "{url}"
            );
        }
        let long = format!("https://example.com/{}", "x".repeat(MAX_LENGTH));
        assert_eq!(check(Some(&long)).unwrap_err(), ["Ensure this field has no more than 512 characters."]);
    }

    #[test]
    fn the_origin_of_a_url_is_its_scheme_host_and_port() {
        let url = Some("https://hooks.example.com/a");
        for same in ["https://hooks.example.com/b?c", "https://HOOKS.example.com:443"] {
            assert!(have_same_origin(url, Some(same)), "{same}");
        }
        for other in [
            "http://hooks.example.com/a",
            "https://hooks.example.com:8443/a",
            "https://hooks.example.com.evil.example/a",
            "https://example.com/a",
            "nonsense",
        ] {
            assert!(!have_same_origin(url, Some(other)) && !have_same_origin(Some(other), url), "{other}");
        }
        assert!(!have_same_origin(url, None) && !have_same_origin(None, url) && have_same_origin(None, None));
        assert!(!have_same_origin(Some("nonsense"), Some("nonsense")));
    }
}
