//! The role in the body of a request.

use crate::api::fields::Fields;

/// `orgRole`, or `role` as it was called before.
pub(super) fn role(fields: &mut Fields) -> Option<String> {
    let newer = fields.text("orgRole");
    newer.or_else(|| fields.text("role"))
}
