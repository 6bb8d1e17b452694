use super::create_comment::{create_comment, described};
use crate::api::operation::{Operation, post};

pub(super) fn operation() -> Operation {
    described(post(
        "create_organization_comment",
        "/api/0/organizations/{organization}/issues/{issue}/comments/",
        create_comment,
    ))
}
