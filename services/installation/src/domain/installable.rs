//! Which app an organization can install.

use patchbay_domain::{Error, slug};

use super::app::{App, AppStatus};

/// The slug in a request to install.
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

/// The app, if this organization can install it. Of others it is not even said that they exist.
pub(crate) fn check(app: Option<App>, organization: i64, elevated: bool) -> Result<App, Error> {
    app.filter(|app| app.status != AppStatus::DeletionInProgress)
        .filter(|app| elevated || app.status == AppStatus::Published || app.owner.id == organization)
        // Sentry answers with an empty body here, hence without a message.
        .ok_or_else(|| Error::not_found("APP_NOT_FOUND", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_slug_is_said_to_be_none() {
        assert!(check_slug("webhooks-galore").is_ok());
        for slug in ["1234", "Webhooks", "a b", "é"] {
            let error = check_slug(slug).unwrap_err();
            assert_eq!(error.fields[0].field, "slug");
            assert!(error.fields[0].messages[0].starts_with("Enter a valid slug consisting of"), "{slug}");
        }
        assert_eq!(check_slug("").unwrap_err().fields[0].messages, ["This field is required."]);
    }

    #[test]
    fn published_apps_are_for_all_and_others_for_their_owner() {
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
        let error = check(None, 7, true).unwrap_err();
        assert_eq!((error.reason.as_ref(), error.message.as_str()), ("APP_NOT_FOUND", ""));
    }
}
