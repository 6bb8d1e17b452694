//! The redirect of the browser after an installation.

use url::Url;

use crate::domain::installation::Installation;

/// The app's redirect URL with the grant code (if there is one), the installation and the organization appended to its
/// query.
pub(crate) fn redirect_url(installation: &Installation, code: Option<&str>) -> Option<String> {
    let mut url = Url::parse(installation.app.redirect_url.as_deref()?).ok()?;
    {
        let mut query = url.query_pairs_mut();
        if let Some(code) = code {
            query.append_pair("code", code);
        }
        query.append_pair("installationId", &installation.uuid.to_string());
        query.append_pair("orgSlug", &installation.organization.slug);
    }
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::app::texts::AppTexts;
    use crate::domain::app::{App, AppStatus};
    use crate::domain::organization::Organization;
    use crate::domain::test_app::app;
    use chrono::DateTime;
    use uuid::Uuid;

    fn redirected(to: Option<&str>, code: Option<&str>) -> Option<String> {
        let texts = AppTexts { redirect_url: to.map(str::to_owned), ..AppTexts::default() };
        let app = App { texts, ..app(AppStatus::Published) };
        let organization = Organization { id: 8, slug: "test-org".into() };
        let installation = Installation::new(3, Uuid::from_u128(1), &app, organization, DateTime::UNIX_EPOCH);
        redirect_url(&installation, code)
    }

    #[test]
    fn the_app_gets_code_installation_and_organization() {
        assert_eq!(
            redirected(Some("https://example.com/setup?from=sentry#top"), Some("c0de")).unwrap(),
            "https://example.com/setup?from=sentry&code=c0de&installationId=00000000-0000-0000-0000-000000000001\
             &orgSlug=test-org#top"
        );
        let without_code = redirected(Some("https://example.com/"), None).unwrap();
        assert!(without_code.starts_with("https://example.com/?installationId="), "{without_code}");
    }

    #[test]
    fn without_a_redirect_url_there_is_nowhere_to_go() {
        assert_eq!(redirected(None, Some("c0de")), None);
    }
}
