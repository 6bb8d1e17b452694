use super::CHOICE_IN_PROJECT;
use super::update_issues::{described, update_issues};
use crate::api::operation::{Operation, put};

pub(super) fn operation() -> Operation {
    described(put("update_project_issues", "/api/0/projects/{organization}/{project}/issues/", update_issues))
        .asks(CHOICE_IN_PROJECT)
}
