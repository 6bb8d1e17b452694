use patchbay_domain::Scope;

use super::STATUS;
use super::list_apps::list_apps;
use crate::api::access::one_of;
use crate::api::operation::{Operation, get};
use crate::json::app::AppJson;

pub(super) fn operation() -> Operation {
    get("list_organization_apps", "/api/0/organizations/{organization}/sentry-apps/", list_apps)
        .does("List the apps that an organization owns")
        .by(one_of(&[Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin]).and_apps())
        .asks(STATUS)
        .paged()
        .lists::<AppJson>()
}
