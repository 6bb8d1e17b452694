use patchbay_domain::Scope::{self, OrgAdmin, OrgIntegrations, OrgRead, OrgWrite};

use crate::access::{CLIENT, THE_APP, one_of};
use crate::field::Kind::{Choice, Text};
use crate::field::{optional, required};
use crate::json::authorization::TokenJson;
use crate::json::installation::InstallationJson;
use crate::operation::{delete, get, post, put};
use crate::routes::{
    Group, authorize, get_installation, install, list_installations, mark_installed, uninstall,
};

const READERS: &[Scope] = &[OrgRead, OrgIntegrations, OrgWrite, OrgAdmin];
const WRITERS: &[Scope] = &[OrgIntegrations, OrgWrite, OrgAdmin];

const OF_ORGANIZATION: &str = "/api/0/organizations/{organization}/sentry-app-installations/";
const ONE: &str = "/api/0/sentry-app-installations/{installation}/";

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
            .answers::<InstallationJson>(200),
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
        .does("Exchange a grant code or a refresh token for a token")
        .by(CLIENT)
        .takes(&[
            required("grant_type", Choice(&["authorization_code", "refresh_token"])),
            required("client_id", Text),
            required("client_secret", Text),
            optional("code", Text),
            optional("refresh_token", Text),
            optional("state", Text),
        ])
        .answers::<TokenJson>(201)
        .refuses(409),
    ];
    Group { name: "Installations", about: "Apps in the organizations that installed them.", operations }
}
