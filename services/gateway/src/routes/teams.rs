//! Teams and their members.

mod create_team;
mod delete_team;
mod get_team;
mod join_team;
mod leave_team;
mod list_teams;
mod membership;

use patchbay_domain::Scope;

use crate::api::operation::Group;

const TEAM_READERS: &[Scope] = &[Scope::TeamRead, Scope::TeamWrite, Scope::TeamAdmin];
const TEAM_WRITERS: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin, Scope::TeamWrite, Scope::TeamAdmin];
const TEAM_DELETERS: &[Scope] = &[Scope::TeamAdmin];

pub(super) fn group() -> Group {
    let operations = vec![
        list_teams::operation(),
        create_team::operation(),
        get_team::operation(),
        delete_team::operation(),
        join_team::operation(),
        leave_team::operation(),
    ];
    Group { name: "Teams", about: "Teams and their members.", operations }
}
