//! Names at trackers, and the users and teams to whom they belong.

mod body;
mod create_external_team;
mod create_external_user;
mod delete_external_team;
mod delete_external_user;
mod update_external_team;
mod update_external_user;

use crate::api::operation::Group;

pub(super) fn group() -> Group {
    let operations = vec![
        create_external_user::operation(),
        update_external_user::operation(),
        delete_external_user::operation(),
        create_external_team::operation(),
        update_external_team::operation(),
        delete_external_team::operation(),
    ];
    let about = "Names at trackers, and the users and teams to whom they belong.";
    Group { name: "Names at trackers", about, operations }
}
