use super::CHOICE_IN_PROJECT;
use super::delete_issues::{delete_issues, described};
use crate::api::operation::{Operation, delete};

pub(super) fn operation() -> Operation {
    described(delete(
        "delete_project_issues",
        "/api/0/projects/{organization}/{project}/issues/",
        delete_issues,
    ))
    .asks(CHOICE_IN_PROJECT)
}
