//! Refusals of operations on an app.

use patchbay_domain::{Caller, Error};
use serde_json::json;

use crate::api::error::Failure;

/// Sentry lists the organizations of the user when they ask for an app of another organization.
pub(super) fn refusal(error: Error, caller: &Caller) -> Failure {
    let is_foreign = error.reason == "NOT_IN_OWNER_ORGANIZATION";
    let failure = Failure::from(error);
    match caller.user() {
        Some(user) if is_foreign => {
            let slugs: Vec<_> = user.memberships.iter().map(|member| &member.organization_slug).collect();
            failure.with_context(json!({ "user_organizations": slugs }))
        }
        _ => failure,
    }
}
