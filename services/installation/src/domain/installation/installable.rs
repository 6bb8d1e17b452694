//! Which apps an organization can install.

use patchbay_domain::{Error, slug};

use crate::domain::app::App;
use crate::domain::app::AppStatus;

pub(crate) fn check_slug(slug: &str) -> Result<(), Error> {
    if slug.is_empty() {
        return Err(Error::field("slug", "This field is required."));
    }
    if slug::is_valid(slug) {
        return Ok(());
    }
    Err(Error::field(
        "slug",
        "Enter a valid slug consisting of lowercase letters, numbers, underscores or hyphens. \
         It cannot be entirely numeric.",
    ))
}

/// The app, if this organization can install it. Other apps are reported as not found.
pub(crate) fn check(app: Option<App>, organization: i64, elevated: bool) -> Result<App, Error> {
    app.filter(|app| app.status != AppStatus::DeletionInProgress)
        .filter(|app| elevated || app.status == AppStatus::Published || app.owner.id == organization)
        // Sentry sends an empty body here, so the message is empty.
        .ok_or_else(|| Error::not_found("APP_NOT_FOUND", ""))
        .and_then(|app| if app.disabled.is_none() { Ok(app) } else { Err(Error::permission_denied()) })
}

/// Refuses an organization that has none of the app's features.
pub(crate) fn check_features(app: &App, enabled: &[String]) -> Result<(), Error> {
    let mut gates = app.features.iter().map(|feature| feature.gate());
    // Internal apps and apps without features can be installed everywhere.
    if app.is_internal() || app.features.is_empty() || gates.any(|gate| enabled.iter().any(|has| has == gate))
    {
        return Ok(());
    }
    let refused = Error::forbidden(
        "FEATURES_MISSING",
        "At least one feature from this list has to be enabled in order to install the app",
    );
    let missing = app.features.iter().map(|feature| format!("organizations:{}", feature.gate()));
    Err(missing.fold(refused, |error, gate| error.with_field("missing_features", gate)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::app::feature::Feature;
    use crate::domain::suspension::Suspension;
    use chrono::DateTime;

    #[test]
    fn an_invalid_slug_is_reported() {
        assert!(check_slug("webhooks-galore").is_ok());
        for slug in ["1234", "Webhooks", "a b", "é"] {
            let error = check_slug(slug).unwrap_err();
            assert_eq!(error.fields[0].field, "slug");
            assert!(error.fields[0].messages[0].starts_with("Enter a valid slug consisting of"), "{slug}");
        }
        assert_eq!(check_slug("").unwrap_err().fields[0].messages, ["This field is required."]);
    }

    #[test]
    fn one_enabled_feature_is_enough() {
        let features = [0, 7].into_iter().filter_map(Feature::new).collect();
        let app = App { features, ..crate::domain::test_app::app(AppStatus::Published) };
        let enabled = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert!(check_features(&app, &enabled(&["integrations-alert-rule"])).is_ok());
        let error = check_features(&app, &enabled(&["integrations-chat"])).unwrap_err();
        assert_eq!(error.fields[0].field, "missing_features");
        assert_eq!(
            error.fields[0].messages,
            ["organizations:integrations-api", "organizations:integrations-alert-rule"]
        );
        assert!(check_features(&App { features: vec![], ..app.clone() }, &[]).is_ok());
        assert!(check_features(&App { status: AppStatus::Internal, ..app }, &[]).is_ok());
    }

    #[test]
    fn every_organization_installs_published_apps_and_only_the_owner_others() {
        use AppStatus::*;
        for (status, by_owner, by_other, by_superuser) in [
            (Unpublished, true, false, true),
            (Published, true, true, true),
            (Internal, true, false, true),
            (PublishRequestInProgress, true, false, true),
            (DeletionInProgress, false, false, false),
        ] {
            let app = crate::domain::test_app::app(status);
            assert_eq!(check(Some(app.clone()), 7, false).is_ok(), by_owner, "{status:?}");
            assert_eq!(check(Some(app.clone()), 8, false).is_ok(), by_other, "{status:?}");
            assert_eq!(check(Some(app), 8, true).is_ok(), by_superuser, "{status:?}");
        }
        let disabled = Suspension { since: DateTime::UNIX_EPOCH, cause: "x".into() };
        let app = App { disabled: Some(disabled), ..crate::domain::test_app::app(Published) };
        assert_eq!(check(Some(app), 7, true).unwrap_err().reason, "PERMISSION_DENIED");
        let error = check(None, 7, true).unwrap_err();
        assert_eq!((error.reason.as_ref(), error.message.as_str()), ("APP_NOT_FOUND", ""));
    }
}
