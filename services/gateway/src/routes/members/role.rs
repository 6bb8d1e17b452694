//! The role in the body of a request.

use patchbay_domain::Role;

use crate::api::fields::Fields;
use crate::api::key::{Key, custom, text};
use crate::api::schema::Kind;

const ROLES: &[&str] = &["member", "admin", "manager", "owner"];

pub(super) const ORG_ROLE: Key<Option<String>> = custom("orgRole", Kind::Text, role).choice(ROLES);

/// The older name of `orgRole`, which wins where both are given.
pub(super) const ROLE: Key<Option<String>> = custom("role", Kind::Text, older_role).choice(ROLES);

/// Checked here, so that the error has the name that the caller wrote.
fn role(fields: &mut Fields, name: &'static str) -> Option<String> {
    let role = text(name).read(fields)?;
    if role.parse::<Role>().is_err() {
        fields.problem(name, format!("Must be one of {}.", ROLES.join(", ")));
    }
    Some(role)
}

/// It has to be a role even where `orgRole` wins.
fn older_role(fields: &mut Fields, name: &'static str) -> Option<String> {
    match fields.is_given("orgRole") {
        true if fields.is_given(name) => role(fields, name).and(None),
        true => None,
        false => role(fields, name),
    }
}
