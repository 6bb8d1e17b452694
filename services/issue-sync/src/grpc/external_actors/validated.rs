//! Checks the fields of a mapping, all at once.

use patchbay_domain::Error;

use crate::context::Context;
use crate::domain::external_actor::{check_external_id, check_name};
use crate::domain::organization::Organization;
use crate::store::organization_integrations;
use patchbay_provider::Feature;

/// Fields as they are given; `None` if they are not.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) user_id: Option<i64>,
    pub(super) external_name: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) provider: Option<String>,
    pub(super) integration_id: Option<i64>,
}

/// A mapping that was checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needed {
    pub(super) user: bool,
    pub(super) rest: bool,
}

pub(super) async fn check(
    context: &Context,
    organization: &Organization,
    given: &Given,
    needed: Needed,
) -> Result<(), Error> {
    let mut problems: Vec<(&str, String)> = Vec::new();
    let required = "This field is required.";
    for (field, is_missing) in [
        ("userId", needed.user && given.user_id.is_none()),
        ("externalName", needed.rest && given.external_name.is_none()),
        ("provider", needed.rest && given.provider.is_none()),
        ("integrationId", needed.rest && given.integration_id.is_none()),
    ] {
        if is_missing {
            problems.push((field, required.to_owned()));
        }
    }
    let provider = given.provider.as_deref();
    let known = provider.and_then(|key| context.registry.get(key));
    let known = known.filter(|known| known.descriptor().has(Feature::UserMapping));
    if let Some(key) = provider.filter(|_| known.is_none()) {
        problems.push(("provider", format!("\"{key}\" is not a valid choice.")));
    }
    let at_names = known.is_some_and(|known| known.descriptor().at_names);
    if let Some(problem) = given.external_name.as_deref().and_then(|name| check_name(name, at_names).err()) {
        problems.push(("externalName", problem));
    }
    if let Some(problem) = given.external_id.as_deref().and_then(|id| check_external_id(id).err()) {
        problems.push(("externalId", problem));
    }
    if let Some(id) = given.integration_id {
        let found = organization_integrations::find(&context.db, organization.id, id).await?;
        let fits = found.is_some_and(|of| provider.is_none_or(|key| of.integration.provider == key));
        if !fits {
            problems.push(("integrationId", "Integration does not exist for this organization".to_owned()));
        }
    }
    if let Some(id) = given.user_id
        && context.tracker.member(organization.id, id).await?.is_none()
    {
        problems.push(("userId", "This member does not exist.".to_owned()));
    }
    if problems.is_empty() {
        return Ok(());
    }
    let error = Error::invalid("INVALID_FIELD", "The request has invalid fields.");
    Err(problems.into_iter().fold(error, |error, (field, problem)| error.with_field(field, problem)))
}
