use super::update_comment::{described, update_comment};
use crate::api::operation::{Operation, put};

pub(super) fn operation() -> Operation {
    described(put(
        "update_organization_comment",
        "/api/0/organizations/{organization}/issues/{issue}/comments/{comment}/",
        update_comment,
    ))
}
