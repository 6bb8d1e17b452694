//! The role in the body of a request.

use crate::api::fields::Fields;
use crate::api::key::{Key, custom, text};
use crate::api::schema::Kind;

const ROLES: &[&str] = &["member", "admin", "manager", "owner"];

pub(super) const ORG_ROLE: Key<Option<String>> = text("orgRole").choice(ROLES);

/// The older name of `orgRole`, which wins where both are given.
pub(super) const ROLE: Key<Option<String>> = custom("role", Kind::Text, older_role).choice(ROLES);

fn older_role(fields: &mut Fields, name: &'static str) -> Option<String> {
    if fields.is_given("orgRole") { None } else { text(name).read(fields) }
}
