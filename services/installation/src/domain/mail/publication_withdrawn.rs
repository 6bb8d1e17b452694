//! To the user who requested the publication of an app, and to the reviewers, when the app was changed in the meantime.

use super::Mail;
use crate::domain::app::App;
use crate::domain::publication_request::Requester;

pub(crate) fn publication_withdrawn(
    app: &App,
    requester: &Requester,
    reviewers: &[String],
    base_url: &str,
) -> Vec<Mail> {
    let subject = format!("The publication request for {} was withdrawn", app.slug);
    let body = format!(
        "Hello,\n\n\
         the app {name} ({slug}) was changed while it waited for a review. Its request was withdrawn, because a reviewer \
         decides about the app as it was requested. It is unpublished again.\n\n\
         To ask once more, as an owner of the organization {organization}:\n\n\
         \x20   POST {base_url}/api/0/sentry-apps/{slug}/publish-request/\n",
        name = app.name,
        slug = app.slug,
        organization = app.owner.slug,
    );
    let recipients = reviewers.iter().chain([&requester.email]);
    Mail::to_each(recipients, &subject, &body)
}
