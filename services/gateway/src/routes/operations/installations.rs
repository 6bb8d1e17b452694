use patchbay_domain::Scope::{self, OrgAdmin, OrgIntegrations, OrgRead, OrgWrite};

use crate::access::{CLIENT, THE_APP, one_of};
use crate::field::Kind::{Anything, Choice, NullableText, Text};
use crate::field::{optional, required};
use crate::json::authorization::TokenJson;
use crate::json::hook_project::HookProjectJson;
use crate::json::installation::InstallationJson;
use crate::json::webhooks::WebhooksJson;
use crate::operation::{delete, get, post, put};
use crate::routes::{
    Group, authorize, clear_project_filter, follow_redirect, get_installation, get_project_filter,
    get_webhooks, install, list_installations, mark_installed, set_project_filter, switch_webhooks,
    uninstall,
};

const READERS: &[Scope] = &[OrgRead, OrgIntegrations, OrgWrite, OrgAdmin];
const WRITERS: &[Scope] = &[OrgIntegrations, OrgWrite, OrgAdmin];

const OF_ORGANIZATION: &str = "/api/0/organizations/{organization}/sentry-app-installations/";
const ONE: &str = "/api/0/sentry-app-installations/{installation}/";

const PROJECTS: &str = "/api/0/sentry-app-installations/{installation}/service-hook-projects/";
const WEBHOOKS: &str = "/api/0/sentry-app-installations/{installation}/webhooks/";

pub(in crate::routes) fn group() -> Group {
    let operations = vec![
        get("list_installations", OF_ORGANIZATION, list_installations::list_installations)
            .does("List the apps installed in an organization")
            .by(one_of(READERS))
            .paged()
            .lists::<InstallationJson>(),
        post("install", OF_ORGANIZATION, install::install)
            .does("Install an app")
            .by(one_of(WRITERS))
            .takes(&[required("slug", Text)])
            .answers::<InstallationJson>(200)
            // Of an app that is not there, Sentry says nothing at all.
            .answers_nothing(404),
        get("get_installation", ONE, get_installation::get_installation)
            .does("Read an installation")
            .by(one_of(READERS).and_the_app())
            .answers::<InstallationJson>(200),
        put("mark_installed", ONE, mark_installed::mark_installed)
            .does("Confirm an installation")
            .by(THE_APP)
            .takes(&[required("status", Choice(&["installed"]))])
            .answers::<InstallationJson>(200),
        delete("uninstall", ONE, uninstall::uninstall)
            .does("Uninstall an app")
            .by(one_of(WRITERS))
            .answers_nothing(204),
        post(
            "authorize",
            "/api/0/sentry-app-installations/{installation}/authorizations/",
            authorize::authorize,
        )
        .does("Exchange a grant code, a refresh token or a signed assertion for a token")
        .by(CLIENT)
        .takes(&[
            required(
                "grant_type",
                Choice(&[
                    "authorization_code",
                    "refresh_token",
                    "urn:sentry:params:oauth:grant-type:jwt-bearer",
                ]),
            ),
            optional("client_id", Text),
            optional("client_secret", Text),
            optional("code", Text),
            optional("refresh_token", Text),
            optional("state", Text),
        ])
        .answers::<TokenJson>(201)
        .refuses(409),
        get(
            "follow_redirect",
            "/api/0/sentry-app-installations/{installation}/redirect/",
            follow_redirect::follow_redirect,
        )
        .does("Send the browser to the app that was installed")
        .by(one_of(&[OrgIntegrations]))
        .answers_nothing(303),
        get("get_project_filter", PROJECTS, get_project_filter::get_project_filter)
            .does("List the projects whose new issues and errors are sent")
            .by(one_of(READERS).and_the_app())
            .lists::<HookProjectJson>(),
        post("set_project_filter", PROJECTS, set_project_filter::set_project_filter)
            .does("Choose the projects whose new issues and errors are sent")
            .by(one_of(WRITERS).and_the_app())
            .takes(&[required("projects", Anything)])
            .lists::<HookProjectJson>(),
        delete("clear_project_filter", PROJECTS, clear_project_filter::clear_project_filter)
            .does("Have new issues and errors of all projects sent")
            .by(one_of(WRITERS).and_the_app())
            .answers_nothing(204),
        get("get_webhooks", WEBHOOKS, get_webhooks::get_webhooks)
            .does("Read whether webhooks are sent")
            .by(one_of(READERS).and_the_app())
            .answers::<WebhooksJson>(200),
        put("switch_webhooks", WEBHOOKS, switch_webhooks::switch_webhooks)
            .does("Stop or resume webhooks; for the organization that owns the app")
            .by(one_of(&[OrgWrite, OrgAdmin]).and_the_app())
            .takes(&[required("status", Choice(&["active", "stopped"])), optional("reason", NullableText)])
            .answers::<WebhooksJson>(200),
    ];
    Group { name: "Installations", about: "Apps in the organizations that installed them.", operations }
}
