use super::list_issues::{described, list_issues};
use crate::api::operation::{Operation, get};

pub(super) fn operation() -> Operation {
    described(get("list_project_issues", "/api/0/projects/{organization}/{project}/issues/", list_issues))
}
