use super::list_comments::{described, list_comments};
use crate::api::operation::{Operation, get};

pub(super) fn operation() -> Operation {
    described(get(
        "list_organization_comments",
        "/api/0/organizations/{organization}/issues/{issue}/comments/",
        list_comments,
    ))
}
