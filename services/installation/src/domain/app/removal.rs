//! Which apps can be removed.

use patchbay_domain::Error;

use crate::domain::app::App;
use crate::domain::app::AppStatus;

pub(crate) fn partnership_restricted() -> Error {
    Error::forbidden(
        "PARTNERSHIP_RESTRICTED",
        "This integration is managed by an active partnership and cannot be modified until the end of the partnership.",
    )
}

pub(crate) fn check(app: &App) -> Result<(), Error> {
    if app.is_partnership_restricted() {
        return Err(partnership_restricted());
    }
    match app.status {
        AppStatus::Unpublished | AppStatus::Internal => Ok(()),
        // Sentry answers with a list here.
        _ => {
            let message = "Published apps cannot be removed.";
            Err(Error::forbidden("PUBLISHED_APP", message).with_field("detail", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::test_app::app;

    #[test]
    fn apps_that_others_may_rely_on_stay() {
        use AppStatus::*;
        for (status, removable) in [
            (Unpublished, true),
            (Internal, true),
            (Published, false),
            (PublishRequestInProgress, false),
            (DeletionInProgress, false),
        ] {
            assert_eq!(check(&app(status)).is_ok(), removable, "{status:?}");
        }
        let mut restricted = app(Unpublished);
        restricted.metadata.insert("partnership_restricted".into(), true.into());
        assert_eq!(check(&restricted).unwrap_err().reason, "PARTNERSHIP_RESTRICTED");
    }
}
