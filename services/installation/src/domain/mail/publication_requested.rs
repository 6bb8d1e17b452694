//! To the reviewers, and to the user who requested the publication of an app.

use super::Mail;
use crate::domain::app::App;
use crate::domain::publication_request::QuestionnaireEntry;
use crate::domain::publication_request::Requester;

pub(crate) fn publication_requested(
    app: &App,
    requester: &Requester,
    questionnaire: &[QuestionnaireEntry],
    reviewers: &[String],
    base_url: &str,
) -> Vec<Mail> {
    let subject = format!("Publication request for {}", app.slug);
    let answers: String =
        questionnaire.iter().map(|entry| format!("{}\n> {}\n\n", entry.question, entry.answer)).collect();
    let to_reviewers = format!(
        "{name} <{email}> asks to publish the app {app} ({slug}) of the organization {organization}.\n\n\
         {answers}\
         To decide:\n\n\
         \x20   PUT {base_url}/api/0/sentry-apps/{slug}/publish-request/ {{\"approve\": true, \"note\": \"\"}}\n",
        name = requester.name,
        email = requester.email,
        app = app.name,
        slug = app.slug,
        organization = app.owner.slug,
    );
    let to_requester = format!(
        "Hello {name},\n\n\
         your request to publish the app {app} ({slug}) was received. You will hear from us once it was reviewed.\n\n\
         {answers}",
        name = requester.name,
        app = app.name,
        slug = app.slug,
    );
    let mut mails = Mail::to_each(reviewers, &subject, &to_reviewers);
    mails.extend(Mail::to_each([&requester.email], &subject, &to_requester));
    mails
}
