//! Comments on issues, and the activity record of an issue.

mod activity_page;
mod comment_body;
mod create_comment;
mod create_organization_comment;
mod delete_comment;
mod delete_organization_comment;
mod list_activities;
mod list_comments;
mod list_organization_activities;
mod list_organization_comments;
mod update_comment;
mod update_organization_comment;

use crate::api::operation::Group;
use crate::api::scopes::EVENT_READERS;

pub(super) fn group() -> Group {
    let operations = vec![
        list_comments::operation(),
        create_comment::operation(),
        update_comment::operation(),
        delete_comment::operation(),
        list_activities::operation(),
        list_organization_comments::operation(),
        create_organization_comment::operation(),
        update_organization_comment::operation(),
        delete_organization_comment::operation(),
        list_organization_activities::operation(),
    ];
    Group { name: "Comments", about: "Comments on issues, and the activity record of an issue.", operations }
}
