use patchbay_domain::{Error, Result};

use crate::domain::input::field_errors::FieldErrors;
use crate::domain::input::text;

const MAX_URL: usize = 2000;
const MAX_NAME: usize = 200;

/// A link from an issue to an issue in the service of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExternalIssue {
    pub(crate) id: i64,
    pub(crate) issue_id: i64,
    pub(crate) app_id: i64,
    pub(crate) app_slug: String,
    pub(crate) display_name: String,
    pub(crate) web_url: String,
}

/// Checks the URL and the name of the app's issue, and returns the URL and the display name.
///
/// # Errors
/// `INVALID_FIELD` (webUrl, project, identifier).
pub(crate) fn read(web_url: &str, project: &str, identifier: &str) -> Result<(String, String)> {
    let mut field_errors = FieldErrors::default();
    let web_url = field_errors.take("webUrl", text::required_line(web_url, MAX_URL).and_then(check_url));
    let project = field_errors.take("project", text::required_line(project, MAX_NAME));
    let identifier = field_errors.take("identifier", text::required_line(identifier, MAX_NAME));
    field_errors.finish()?;
    // Clients show the name as it is stored. Sentry escapes it here, too.
    Ok((web_url, format!("{}#{}", escape(&project), escape(&identifier))))
}

/// Only web addresses, because users click the link.
fn check_url(text: String) -> Result<String, String> {
    match url::Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(text),
        _ => Err("Enter a valid URL.".to_owned()),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
}

pub(crate) fn not_found() -> Error {
    Error::not_found("EXTERNAL_ISSUE_NOT_FOUND", "The requested resource does not exist")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_display_name_is_project_and_identifier() {
        let read = |url, project, identifier| read(url, project, identifier).unwrap();
        let expected = ("https://x.example/1".to_owned(), "ACME#42".to_owned());
        assert_eq!(read("https://x.example/1", "ACME", "42"), expected);
        assert_eq!(read("http://x.example", "<b>", "\"'&").1, "&lt;b&gt;#&quot;&#x27;&amp;");
    }

    #[test]
    fn a_url_that_is_not_a_web_address_is_refused() {
        for url in ["javascript:alert(1)", "data:text/html,x", "/relative", "", "x"] {
            let error = read(url, "ACME", "").unwrap_err();
            let wrong: Vec<_> = error.fields.iter().map(|violation| violation.field.as_str()).collect();
            assert_eq!(wrong, ["webUrl", "identifier"], "{url}");
        }
    }
}
