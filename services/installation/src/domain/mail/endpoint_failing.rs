//! To the creator of an app, or an owner, when its endpoint fails too often.

use chrono::{DateTime, SecondsFormat, Utc};

use super::Mail;
use crate::domain::app::App;

/// `failure` is the last failure as a short word; empty if it is not known.
pub(crate) fn endpoint_failing(
    app: &App,
    recipient: &str,
    since: DateTime<Utc>,
    failure: &str,
    base_url: &str,
) -> Vec<Mail> {
    let subject = format!("Webhooks of your {} integration are failing", app.name);
    let body = format!(
        "Hello,\n\n\
         the endpoint of the app {name} of your organization {organization} fails too often. Its webhooks wait, \
         and none is lost. They are sent when the endpoint works again, which is tested every few minutes.\n\n\
         Since:         {since}\n\
         Endpoint:      {endpoint}\n\
         Last failure:  {failure}\n\n\
         What to do: repair the endpoint. If it keeps failing for days, the app is disabled.\n\n\
         How the endpoint is doing:\n\n\
         \x20   GET {base_url}/api/0/sentry-apps/{slug}/webhook-health/\n\n\
         What was sent, and how it was answered:\n\n\
         \x20   GET {base_url}/api/0/sentry-apps/{slug}/webhook-requests/\n",
        name = app.name,
        organization = app.owner.slug,
        since = since.to_rfc3339_opts(SecondsFormat::Secs, true),
        endpoint = app.webhook_url.as_deref().unwrap_or("none"),
        failure = if failure.is_empty() { "unknown" } else { failure },
        slug = app.slug,
    );
    Mail::to_each([&recipient.to_owned()], &subject, &body)
}
