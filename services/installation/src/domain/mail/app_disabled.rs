//! To the owners of an app that was disabled.

use super::Mail;
use crate::domain::app::App;

/// `event_id` is empty if no event was the cause.
pub(crate) fn app_disabled(
    app: &App,
    owners: &[String],
    cause: &str,
    event_id: &str,
    base_url: &str,
) -> Vec<Mail> {
    let subject = format!("Action required: Fix your {} integration", app.name);
    let endpoint = app.webhook_url.as_deref().unwrap_or("none");
    let event = if event_id.is_empty() { "none" } else { event_id };
    let body = format!(
        "Hello,\n\n\
         the app {name} of your organization {organization} was disabled. It receives no webhooks, and \
         it cannot be installed any more.\n\n\
         Why:         {cause}\n\
         Endpoint:    {endpoint}\n\
         Last event:  {event}\n\n\
         What to do: repair the endpoint and enable the app again, as a manager or owner of the organization:\n\n\
         \x20   POST {base_url}/api/0/sentry-apps/{slug}/enable/\n\n\
         What was sent, and how it was answered:\n\n\
         \x20   GET {base_url}/api/0/sentry-apps/{slug}/webhook-requests/\n",
        name = app.name,
        organization = app.owner.slug,
        slug = app.slug,
    );
    Mail::to_each(owners, &subject, &body)
}
