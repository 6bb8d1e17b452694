use patchbay_domain::Scope::{self, OrgAdmin, OrgIntegrations, OrgRead, OrgWrite};

use crate::access::{ANYONE, SUPERUSERS, USERS, one_of};
use crate::field::Kind::{Anything, Choice, Flag, Integer, Integers, NullableText, Object, Text, Texts};
use crate::field::{Field, optional, required};
use crate::json::app::AppJson;
use crate::json::app_stats::{AppInstallsJson, InteractionJson, StatsJson};
use crate::json::component::ComponentJson;
use crate::json::feature::FeatureJson;
use crate::json::webhook_request::WebhookRequestJson;
use crate::operation::{delete, get, post, put};
use crate::routes::{
    Group, create_app, delete_app, get_app, get_app_interaction, get_app_stats, get_avatar_image,
    list_app_features, list_app_stats, list_apps, list_components, list_webhook_requests,
    record_app_interaction, rotate_secret, set_app_avatar, update_app,
};

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
    optional("popularity", Integer),
];

/// All optional; null leaves a field as it is.
const APP_CHANGES: &[Field] = &[
    optional("name", Text),
    optional("author", NullableText),
    optional("scopes", Texts),
    optional("events", Texts),
    optional("schema", Anything),
    optional("webhookUrl", NullableText),
    optional("redirectUrl", NullableText),
    optional("isAlertable", Flag),
    optional("verifyInstall", Flag),
    optional("overview", NullableText),
    optional("allowedOrigins", Texts),
    optional("webhookHeaders", Texts),
    optional("features", Integers),
    optional("popularity", Integer),
    optional("status", Choice(&["unpublished", "published", "publish_request_inprogress"])),
    optional("metadata", Object),
    optional("delivery", Anything),
    optional("clientCertificate", Anything),
];

const PERIOD: &[Field] =
    &[optional("since", Text), optional("until", Text), optional("resolution", Choice(&["1h", "1d"]))];

const STATUS: &[Field] = &[optional("status", Text)];

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
            .takes(APP_CHANGES)
            .answers::<AppJson>(200),
        delete("delete_app", "/api/0/sentry-apps/{app}/", delete_app::delete_app)
            .does("Remove an app that is not published")
            .by(one_of(&[OrgAdmin]))
            .answers_nothing(204),
        get("list_apps", "/api/0/sentry-apps/", list_apps::list_apps)
            .does("List published apps, or those of one's own organizations")
            .by(USERS.and_apps())
            .asks(STATUS)
            .paged()
            .lists::<AppJson>(),
        get(
            "list_organization_apps",
            "/api/0/organizations/{organization}/sentry-apps/",
            list_apps::list_organization_apps,
        )
        .does("List the apps that an organization owns")
        .by(one_of(&[OrgRead, OrgWrite, OrgAdmin]).and_apps())
        .asks(STATUS)
        .paged()
        .lists::<AppJson>(),
        post("rotate_secret", "/api/0/sentry-apps/{app}/rotate-secret/", rotate_secret::rotate_secret)
            .does("Replace the client secret")
            .by(one_of(WRITERS))
            .takes(&[optional("gracePeriodSeconds", Integer)])
            .answers::<rotate_secret::NewSecret>(200),
        get("list_app_features", "/api/0/sentry-apps/{app}/features/", list_app_features::list_app_features)
            .does("List what an app is good for")
            .by(one_of(READERS).and_staff())
            .lists::<FeatureJson>(),
        get("get_app_avatar", "/api/0/sentry-apps/{app}/avatar/", get_app::get_app)
            .does("Read an app and its pictures")
            .by(one_of(READERS).and_staff())
            .answers::<AppJson>(200),
        put("set_app_avatar", "/api/0/sentry-apps/{app}/avatar/", set_app_avatar::set_app_avatar)
            .does("Set the logo or the icon of an app")
            .by(one_of(WRITERS).and_staff())
            .takes(&[
                required("avatar_type", Choice(&["upload", "default"])),
                optional("avatar_photo", NullableText),
                optional("color", Flag),
            ])
            .answers::<AppJson>(200),
        get("get_avatar_image", "/sentry-app-avatar/{avatar}/", get_avatar_image::get_avatar_image)
            .does("Read a picture of an app")
            .by(ANYONE)
            .answers_as(200, "image/png")
            .refuses(404)
            .refuses(503),
        get(
            "list_app_components",
            "/api/0/sentry-apps/{app}/components/",
            list_components::list_app_components,
        )
        .does("List the UI components of an app")
        .by(one_of(READERS).and_staff())
        .asks(&[optional("filter", Text)])
        .paged()
        .lists::<ComponentJson>(),
        get(
            "list_organization_components",
            "/api/0/organizations/{organization}/sentry-app-components/",
            list_components::list_organization_components,
        )
        .does("List the UI components of the apps that are installed, with what their selects offer")
        .by(one_of(READERS))
        .asks(&[optional("filter", Text), optional("projectId", Integer)])
        .paged()
        .lists::<ComponentJson>(),
        get("get_app_stats", "/api/0/sentry-apps/{app}/stats/", get_app_stats::get_app_stats)
            .does("Count the installations of an app over time")
            .by(one_of(READERS))
            .asks(PERIOD)
            .answers::<StatsJson>(200),
        get("list_app_stats", "/api/0/sentry-apps-stats/", list_app_stats::list_app_stats)
            .does("Count the installations of every app")
            .by(SUPERUSERS.and_staff())
            .paged()
            .lists::<AppInstallsJson>(),
        get(
            "get_app_interaction",
            "/api/0/sentry-apps/{app}/interaction/",
            get_app_interaction::get_app_interaction,
        )
        .does("Count how often people looked at an app and used its components")
        .by(one_of(READERS))
        .asks(PERIOD)
        .answers::<InteractionJson>(200),
        post(
            "record_app_interaction",
            "/api/0/sentry-apps/{app}/interaction/",
            record_app_interaction::record_app_interaction,
        )
        .does("Count that somebody looked at an app or used a component of it")
        .by(USERS.and_apps())
        .takes(&[required("tsdbField", Text), optional("componentType", NullableText)])
        .answers_json(201),
        get(
            "list_webhook_requests",
            "/api/0/sentry-apps/{app}/webhook-requests/",
            list_webhook_requests::list_webhook_requests,
        )
        .does("List attempts to deliver webhooks")
        .by(one_of(&[OrgRead, OrgWrite, OrgAdmin]))
        .asks(LOG_QUERY)
        .paged()
        .lists::<WebhookRequestJson>(),
    ];
    Group { name: "Apps", about: "Registering and publishing apps.", operations }
}
