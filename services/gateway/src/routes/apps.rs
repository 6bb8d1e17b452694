//! Registering and changing apps.

mod create_app;
mod delete_app;
mod get_app;
mod get_app_avatar;
mod get_app_interaction;
mod get_app_stats;
mod get_avatar_image;
mod list_app_features;
mod list_app_installations;
mod list_app_stats;
mod list_apps;
mod list_organization_apps;
mod record_app_interaction;
mod rotate_secret;
mod set_app_avatar;
mod update_app;

use patchbay_domain::Scope;

use crate::api::operation::Group;
use crate::api::schema::{Field, Kind, optional};

const WRITERS: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin];
const READERS: &[Scope] = &[Scope::OrgRead, Scope::OrgIntegrations, Scope::OrgWrite, Scope::OrgAdmin];
const STATUS: &[Field] = &[optional("status", Kind::Text)];
const PERIOD: &[Field] = &[
    optional("since", Kind::Text),
    optional("until", Kind::Text),
    optional("resolution", Kind::Choice(&["1h", "1d"])),
];

pub(super) fn group() -> Group {
    let operations = vec![
        create_app::operation(),
        get_app::operation(),
        update_app::operation(),
        delete_app::operation(),
        list_apps::operation(),
        list_organization_apps::operation(),
        rotate_secret::operation(),
        list_app_features::operation(),
        list_app_installations::operation(),
        get_app_avatar::operation(),
        set_app_avatar::operation(),
        get_avatar_image::operation(),
        get_app_stats::operation(),
        list_app_stats::operation(),
        get_app_interaction::operation(),
        record_app_interaction::operation(),
    ];
    Group { name: "Apps", about: "Registering and changing apps.", operations }
}
