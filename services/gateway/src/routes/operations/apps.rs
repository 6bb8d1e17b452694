use patchbay_domain::Scope::{self, OrgAdmin, OrgIntegrations, OrgRead, OrgWrite};

use crate::access::one_of;
use crate::field::Kind::{Anything, Choice, Flag, NullableText, Text, Texts};
use crate::field::{Field, optional, required};
use crate::json::app::AppJson;
use crate::json::webhook_request::WebhookRequestJson;
use crate::operation::{get, post, put};
use crate::routes::{Group, create_app, get_app, list_webhook_requests, update_app};

const READERS: &[Scope] = &[OrgRead, OrgIntegrations, OrgWrite, OrgAdmin];
const WRITERS: &[Scope] = &[OrgWrite, OrgAdmin];

const NEW_APP: &[Field] = &[
    required("organization", Text),
    required("name", Text),
    optional("author", NullableText),
    required("scopes", Texts),
    optional("events", Texts),
    optional("schema", Anything),
    optional("webhookUrl", NullableText),
    optional("redirectUrl", NullableText),
    required("isInternal", Flag),
    required("isAlertable", Flag),
    required("verifyInstall", Flag),
    optional("overview", NullableText),
    optional("allowedOrigins", Texts),
    optional("webhookHeaders", Texts),
];

const LOG_QUERY: &[Field] = &[
    optional("eventType", Text),
    optional("errorsOnly", Flag),
    optional("organizationSlug", Text),
    optional("start", Text),
    optional("end", Text),
    // Not Sentry's.
    optional("installation", Text),
    optional("delivery", Text),
    optional("responseCode", Text),
    optional("query", Text),
    optional("full", Flag),
];

pub(in crate::routes) fn group() -> Group {
    let operations = vec![
        post("create_app", "/api/0/sentry-apps/", create_app::create_app)
            .does("Register an app")
            .by(one_of(WRITERS))
            .takes(NEW_APP)
            .answers::<AppJson>(201),
        get("get_app", "/api/0/sentry-apps/{app}/", get_app::get_app)
            .does("Read an app")
            .by(one_of(READERS).and_staff())
            .answers::<AppJson>(200),
        put("update_app", "/api/0/sentry-apps/{app}/", update_app::update_app)
            .does("Change an app")
            .by(one_of(WRITERS).and_staff())
            .takes(&[optional("status", Choice(&["unpublished", "published", "publish_request_inprogress"]))])
            .answers::<AppJson>(200),
        get(
            "list_webhook_requests",
            "/api/0/sentry-apps/{app}/webhook-requests/",
            list_webhook_requests::list_webhook_requests,
        )
        .does("List attempts to deliver webhooks")
        .by(one_of(READERS))
        .asks(LOG_QUERY)
        .paged()
        .lists::<WebhookRequestJson>(),
    ];
    Group { name: "Apps", about: "Registering and publishing apps.", operations }
}
