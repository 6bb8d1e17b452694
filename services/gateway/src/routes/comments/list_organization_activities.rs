use super::list_activities::{described, list_activities};
use crate::api::operation::{Operation, get};

pub(super) fn operation() -> Operation {
    described(get(
        "list_organization_activities",
        "/api/0/organizations/{organization}/issues/{issue}/activities/",
        list_activities,
    ))
}
