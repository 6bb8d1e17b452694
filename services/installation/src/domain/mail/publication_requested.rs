//! To the reviewers, and to the user who requested the publication of an app.

use super::Mail;
use crate::domain::app::App;
use crate::domain::publication_request::PublicationRequest;

/// A longer schema is not part of the mail.
const MAX_SCHEMA: usize = 10_000;

pub(crate) fn publication_requested(
    request: &PublicationRequest,
    reviewers: &[String],
    base_url: &str,
) -> Vec<Mail> {
    let PublicationRequest { id, app, requester, questionnaire, .. } = request;
    let subject = format!("Publication request for {}", app.slug);
    let answers: String =
        questionnaire.iter().map(|entry| format!("{}\n> {}\n\n", entry.question, entry.answer)).collect();
    let to_reviewers = format!(
        "{name} <{email}> asks to publish the app {app} ({slug}) of the organization {organization}.\n\n\
         {answers}\
         {asks_for}\
         To decide:\n\n\
         \x20   PUT {base_url}/api/0/sentry-apps/{slug}/publish-request/ \
         {{\"requestId\": {id}, \"approve\": true, \"note\": \"\"}}\n\n\
         If the app is changed before, this request is withdrawn.\n",
        asks_for = asks_for(app),
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

/// The permissions that the app asks for, and where it sends people and data.
fn asks_for(app: &App) -> String {
    let list = |texts: &[String]| if texts.is_empty() { "none".to_owned() } else { texts.join(", ") };
    let url = |url: &Option<String>| url.clone().unwrap_or_else(|| "none".to_owned());
    let schema = match app.schema.len() {
        ..=MAX_SCHEMA => app.schema.as_str(),
        _ => "too long for a mail; read the app",
    };
    format!(
        "Scopes:           {scopes}\n\
         Events:           {events}\n\
         Webhook URL:      {webhook_url}\n\
         Redirect URL:     {redirect_url}\n\
         Allowed origins:  {origins}\n\
         Schema:           {schema}\n\n",
        scopes = list(&app.scope_names()),
        events = list(&app.events),
        webhook_url = url(&app.webhook_url),
        redirect_url = url(&app.texts.redirect_url),
        origins = list(&app.allowed_origins),
    )
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::app::AppStatus;
    use crate::domain::publication_request::Requester;
    use crate::domain::test_app;

    #[test]
    fn reviewers_read_what_they_decide_about_and_the_requester_what_they_answered() {
        let request = PublicationRequest {
            id: 3,
            app: test_app::app(AppStatus::PublishRequestInProgress),
            requester: Requester { id: 1, name: "Jane".into(), email: "jane@example.com".into() },
            questionnaire: vec![],
            requested_at: DateTime::UNIX_EPOCH,
        };
        let mails = publication_requested(&request, &["review@example.com".to_owned()], "https://p.example");
        let [to_reviewer, to_requester] = &mails[..] else { panic!("{mails:?}") };
        for line in [
            "Scopes:           event:read\n",
            "Events:           issue.created\n",
            "Webhook URL:      https://example.com/hook\n",
            "Redirect URL:     none\n",
            "Schema:           {}\n",
            "{\"requestId\": 3, \"approve\": true",
        ] {
            assert!(to_reviewer.body.contains(line), "{line} in {}", to_reviewer.body);
            assert!(!to_requester.body.contains(line), "{}", to_requester.body);
        }
    }
}
