use super::delete_comment::{delete_comment, described};
use crate::api::operation::{Operation, delete};

pub(super) fn operation() -> Operation {
    described(delete(
        "delete_organization_comment",
        "/api/0/organizations/{organization}/issues/{issue}/comments/{comment}/",
        delete_comment,
    ))
}
