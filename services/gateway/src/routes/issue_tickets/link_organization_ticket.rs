use super::link_ticket::{described, link_ticket};
use crate::api::operation::{Operation, put};

pub(super) fn operation() -> Operation {
    described(put(
        "link_organization_ticket",
        "/api/0/organizations/{organization}/issues/{issue}/integrations/{integration}/",
        link_ticket,
    ))
}
