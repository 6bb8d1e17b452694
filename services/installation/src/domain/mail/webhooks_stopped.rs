//! To the owners of an app when the webhooks of one of its installations were stopped.

use super::Mail;
use crate::domain::installation::Installation;

/// `event_id` is empty if no event was the cause.
pub(crate) fn webhooks_stopped(
    installation: &Installation,
    owners: &[String],
    cause: &str,
    event_id: &str,
    base_url: &str,
) -> Vec<Mail> {
    let Installation { uuid, organization, app, .. } = installation;
    let subject = format!("Webhooks of {} for {} were stopped", app.name, organization.slug);
    let endpoint = app.webhook_url.as_deref().unwrap_or("none");
    let event = if event_id.is_empty() { "none" } else { event_id };
    let body = format!(
        "Hello,\n\n\
         the installation of your app {name} on the organization {organization} is sent no webhooks any more. \
         Other installations are not affected.\n\n\
         Why:           {cause}\n\
         Endpoint:      {endpoint}\n\
         Last event:    {event}\n\
         Installation:  {uuid}\n\n\
         What to do: if this was meant, nothing. Otherwise let them be sent again, with the app's token or as a \
         manager or owner of the organization {owner}:\n\n\
         \x20   PUT {base_url}/api/0/sentry-app-installations/{uuid}/webhooks/ {{\"status\": \"active\"}}\n",
        name = app.name,
        organization = organization.slug,
        owner = app.owner.slug,
    );
    Mail::to_each(owners, &subject, &body)
}
