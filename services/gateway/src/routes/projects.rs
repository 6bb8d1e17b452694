//! Projects, and which teams have access to them.

mod access;
mod create_project;
mod create_team_project;
mod delete_project;
mod get_project;
mod give_access;
mod list_projects;
mod owner;
mod take_access;
mod update_project;

use patchbay_domain::Scope;

use crate::api::operation::Group;

const PROJECT_READERS: &[Scope] = &[Scope::ProjectRead, Scope::ProjectWrite, Scope::ProjectAdmin];
const PROJECT_WRITERS: &[Scope] = &[Scope::ProjectWrite, Scope::ProjectAdmin];
const PROJECT_DELETERS: &[Scope] = &[Scope::ProjectAdmin];

pub(super) fn group() -> Group {
    let operations = vec![
        list_projects::operation(),
        create_project::operation(),
        create_team_project::operation(),
        get_project::operation(),
        update_project::operation(),
        delete_project::operation(),
        give_access::operation(),
        take_access::operation(),
    ];
    Group { name: "Projects", about: "Projects, and which teams have access to them.", operations }
}
