use super::list_external_issues::{described, list_external_issues};
use crate::api::operation::{Operation, get};

pub(super) fn operation() -> Operation {
    described(get(
        "list_issue_external_issues",
        "/api/0/issues/{issue}/external-issues/",
        list_external_issues,
    ))
}
