//! How a reviewer moves an app between statuses.

use chrono::{DateTime, Utc};
use patchbay_domain::Error;

use crate::domain::app::AppStatus;

/// An app's status and time of publication after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) status: AppStatus,
    pub(crate) published_at: Option<DateTime<Utc>>,
}

/// `None` if nothing changes.
pub(crate) fn decide(from: AppStatus, to: AppStatus, now: DateTime<Utc>) -> Result<Option<Change>, Error> {
    use AppStatus::{PublishRequestInProgress, Published, Unpublished};
    match (from, to) {
        (from, to) if from == to => Ok(None),
        (Unpublished | PublishRequestInProgress, Published) => {
            Ok(Some(Change { status: Published, published_at: Some(now) }))
        }
        (
            Unpublished | PublishRequestInProgress | Published,
            status @ (Unpublished | PublishRequestInProgress),
        ) => Ok(Some(Change { status, published_at: None })),
        _ => Err(Error::invalid(
            "INVALID_STATUS_CHANGE",
            format!("An app that is {} cannot become {}.", from.as_str(), to.as_str()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_apps_are_published_and_unpublished_and_internal_ones_keep_their_status() {
        use AppStatus::*;
        let now = DateTime::UNIX_EPOCH;
        let published = Change { status: Published, published_at: Some(now) };
        let waiting = Change { status: PublishRequestInProgress, published_at: None };
        let taken_back = Change { status: Unpublished, published_at: None };
        for (from, to, expected) in [
            (Unpublished, Published, Some(Some(published))),
            (PublishRequestInProgress, Published, Some(Some(published))),
            (PublishRequestInProgress, Unpublished, Some(Some(taken_back))),
            (Published, Unpublished, Some(Some(taken_back))),
            (Unpublished, PublishRequestInProgress, Some(Some(waiting))),
            (Published, PublishRequestInProgress, Some(Some(waiting))),
            (Published, Published, Some(None)),
            (Unpublished, Unpublished, Some(None)),
            (Internal, Internal, Some(None)),
            (Internal, Published, None),
            (Internal, Unpublished, None),
            (DeletionInProgress, Published, None),
            (Unpublished, Internal, None),
            (Internal, PublishRequestInProgress, None),
            (Published, DeletionInProgress, None),
        ] {
            assert_eq!(decide(from, to, now).ok(), expected, "{from:?} to {to:?}");
        }
    }
}
