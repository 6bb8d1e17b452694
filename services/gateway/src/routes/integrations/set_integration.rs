use super::update_integration::{PATH, described, update_integration};
use crate::api::operation::{Operation, put};

pub(super) fn operation() -> Operation {
    described(put("set_integration", PATH, update_integration))
}
